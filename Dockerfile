# The app's image: one static binary and nothing else. Works with BuildKit and
# with the classic builder:
#
#   docker build -t crosscloud .
#   docker run --rm --network host -e DATABASE_URL=postgres://… -e LISTEN=127.0.0.1:8080 crosscloud
#
# Anything with a Go toolchain in PATH and root certificates can be GO_IMAGE.
ARG GO_IMAGE=docker.io/library/golang:1.26-trixie

FROM ${GO_IMAGE} AS build
# The classic builder leaves this stage behind as an image without a name. The
# label finds it: docker image prune --filter label=crosscloud.stage=build
LABEL crosscloud.stage=build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-trimpath GOTOOLCHAIN=local
# What rarely changes comes first and stays cached: the modules that the app
# imports (not the infrastructure's, which are far larger) and the parts of the
# standard library, compiled. After a change in app/ only the app is compiled.
COPY go.mod go.sum ./
RUN go build \
    net/http html/template log/slog \
    github.com/VictoriaMetrics/metrics \
    github.com/jackc/pgx/v5/pgxpool \
    github.com/jackc/tern/v2/migrate \
    github.com/joho/godotenv
COPY app ./app
RUN go build -ldflags="-s -w" -o /app ./app

FROM scratch
COPY --from=build /app /app
# A number, because there is no /etc/passwd to look a name up in.
USER 65532:65532
ENTRYPOINT ["/app"]
