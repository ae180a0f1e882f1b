#!/bin/sh
# The image runs this once, when its database is new. All of the dump or nothing of it.
set -e
if [ -e /dumps/miniflux.sql ]; then
  psql --set=ON_ERROR_STOP=1 --single-transaction --quiet --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --file=/dumps/miniflux.sql
fi
: >"$PGDATA/begun"
