#!/bin/sh
# One role owns the database and migrates it, another is what the processes are. It may change rows, but not the tables;
# and in the audit it may only read and add (the migrating command takes the rest from it, see
# rights/audit/append_only.py).
#
# Run by the PostgreSQL image when the database is made, and at each start by the container database-roles: one that was
# made when a single role owned all is brought to the same. psql reads the passwords from their files itself, so that
# they are never in an environment or an argument.
set -eu
if [ -n "${SUPERUSER_PASSWORD_FILE:-}" ]; then
    umask 077
    PGPASSFILE=$(mktemp)
    export PGPASSFILE
    trap 'rm -f "$PGPASSFILE"' EXIT
    printf '*:*:*:*:%s\n' "$(cat "$SUPERUSER_PASSWORD_FILE")" >"$PGPASSFILE"
fi
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'END'
\set password `cat /run/secrets/database-password-server`
\set owner_password `cat /run/secrets/database-owner-password-server`
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tallenne_owner') AS lacks_owner,
       NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tallenne') AS lacks_role,
       NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tallenne') AS lacks_database \gset
\if :lacks_owner
CREATE ROLE tallenne_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
\endif
\if :lacks_role
CREATE ROLE tallenne LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
\endif
\if :lacks_database
CREATE DATABASE tallenne OWNER tallenne_owner ENCODING 'UTF8' TEMPLATE template0;
\endif
\connect tallenne
SELECT EXISTS (SELECT FROM pg_class WHERE relowner = 'tallenne'::regrole)
    OR EXISTS (SELECT FROM pg_database WHERE datname = 'tallenne' AND datdba = 'tallenne'::regrole) AS is_of_one_role \gset
\if :is_of_one_role
BEGIN;
REASSIGN OWNED BY tallenne TO tallenne_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tallenne;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tallenne;
COMMIT;
\endif
REVOKE ALL ON DATABASE tallenne FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE tallenne TO tallenne;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE, USAGE ON SCHEMA public TO tallenne_owner;
GRANT USAGE ON SCHEMA public TO tallenne;
ALTER DEFAULT PRIVILEGES FOR ROLE tallenne_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tallenne;
ALTER DEFAULT PRIVILEGES FOR ROLE tallenne_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO tallenne;
-- to tell the planner of what an import wrote, and to take dead rows from the disk
SELECT current_setting('server_version_num')::int >= 170000 AS has_maintain \gset
\if :has_maintain
GRANT pg_maintain TO tallenne;
\endif
END
