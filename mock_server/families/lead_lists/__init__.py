"""Lead lists: holders of leads beside the campaigns, and moving leads between the two."""
