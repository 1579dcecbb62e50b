#!/bin/sh
# Run once by the PostgreSQL image, when the database is made: one role owns the database and migrates it, another is
# what the processes are. It may change rows, but not the tables; and in the audit it may only read and add (the
# migrating command takes the rest from it, see rights/audit/append_only.py).
# psql reads the passwords from their files itself, so that they are never in an environment or an argument.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'END'
\set password `cat /run/secrets/database-password-server`
\set owner_password `cat /run/secrets/database-owner-password-server`
CREATE ROLE tallenne_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE tallenne LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE tallenne OWNER tallenne_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE tallenne FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE tallenne TO tallenne;
\connect tallenne
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
