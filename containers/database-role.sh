#!/bin/sh
# Run once by the PostgreSQL image, when the database is made: Tallenne's role owns its database and nothing more.
# psql reads the password from its file itself, so that it is never in an environment or an argument.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'END'
\set password `cat /run/secrets/database-password-server`
CREATE ROLE tallenne LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE tallenne OWNER tallenne ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE tallenne FROM PUBLIC;
END
