#!/bin/sh
# Creates the roles of web and workers in a new database; PostgreSQL's image runs it once. See docs/deploy.md.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=web="$DATABASE_WEB_PASSWORD" --set=worker="$DATABASE_WORKER_PASSWORD" <<'SQL'
CREATE ROLE schoolapp_web LOGIN PASSWORD :'web';
CREATE ROLE schoolapp_worker LOGIN PASSWORD :'worker';
SQL
