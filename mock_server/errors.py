"""The one exception that becomes an answer of the API."""

from __future__ import annotations


class ApiError(Exception):
    """A refusal in the vendor's words.

    `code` names an example under an error status of the operation in the document; that example is the answer's
    status and body, with `values` filled into its placeholders. `hint` is our advice, sent as `X-Mock-Hint`.
    """

    def __init__(self, code: str, *, hint: str = "", **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.hint = hint
        self.values = values
