# Two stages: the first installs into a virtual environment, the second has that and nothing to build with.
FROM python:3.13.9-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY mock_server ./mock_server
COPY contract_tests ./contract_tests
COPY openapi ./openapi
COPY fixtures ./fixtures
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt .

FROM python:3.13.9-slim-bookworm
LABEL org.opencontainers.image.title="smartlead-mock" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --create-home mock \
    && install --directory --owner=mock /home/mock/data
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    SMARTLEAD_MOCK_HOST=0.0.0.0 \
    SMARTLEAD_MOCK_PORT=8000
USER 10001
WORKDIR /home/mock
EXPOSE 8000
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --retries=10 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"SMARTLEAD_MOCK_PORT\"]}/_mock/health', timeout=2)"]
ENTRYPOINT ["smartlead-mock"]
CMD ["serve"]
