# Built from the repository: docker build -t polyad .
# Run: docs/operations.md, "In a container".

FROM node:20.19-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20.19-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/templates/fonts ./templates/fonts
COPY --from=build /app/templates/library ./templates/library
COPY --from=build /app/web/public ./web/public
COPY --from=build /app/examples/demo ./examples/demo
COPY --from=build /app/LICENSE /app/NOTICE ./
RUN mkdir /workspace && chown node:node /workspace
USER node
VOLUME /workspace
WORKDIR /workspace
# A container is reached from outside; without keys the server refuses that.
ENV POLYAD_HOST=0.0.0.0
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.POLYAD_PORT || 4000) + '/health/ready').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve"]
