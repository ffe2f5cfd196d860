# BigModel Studio in a container: an ordinary user, one port, a root that needs no writing, all data below /data.
#   docker build -t bigmodel-studio .
#   docker build -t bigmodel-studio --build-arg BASES="lite0 e5" .   (base models inside; BASES=--all for every one)
#   docker build -t bigmodel-studio --build-arg TORCH_INDEX=off .    (PyTorch with its GPU libraries)
#   docker build -t bigmodel-studio --build-arg LOCKED=0 .           (where an index has other files than the lock)
#   docker run --rm --read-only --tmpfs /tmp -p 127.0.0.1:7860:7860 -v bigmodel:/data bigmodel-studio
# For several people, with TLS: docker/compose.yaml.
FROM python:3.11-slim AS packages
WORKDIR /app
RUN python -m venv /venv
COPY install.py requirements.txt requirements.lock ./
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# Every file is checked against its hash; PyTorch's builds for processors alone have none in the lock.
ARG LOCKED=1
RUN PIP_NO_CACHE_DIR=1 LOCKED=$LOCKED TORCH_INDEX=$TORCH_INDEX /venv/bin/python install.py

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 studio && install -d -o studio /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
USER studio

# Inside a container the address is the container's own; who may reach it is decided by -p above.
# Without BIGMODEL_SIGN_IN the app serves this machine only, so it is published on 127.0.0.1.
ENV PATH=/venv/bin:$PATH \
    BIGMODEL_HOME=/data \
    BIGMODEL_HOST=0.0.0.0 \
    BIGMODEL_PORT=7860 \
    BIGMODEL_BEHIND_LOOPBACK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
ARG BASES=""
RUN if [ -n "$BASES" ]; then python -m bigmodel bases fetch $BASES; fi
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=3)"]
CMD ["python", "app.py"]
