-- The database, its owner, and the roles that log in as that owner. Each statement is generated only where
-- something is missing, so that a second run prints nothing.
--
-- Values come from the environment: CROSSCLOUD_ROLES is [{"name": …, "verifier": …}].
\getenv database CROSSCLOUD_DATABASE
\getenv owner CROSSCLOUD_OWNER
\getenv roles CROSSCLOUD_ROLES

-- The owner cannot log in: tables belong to it whichever role made them, so that one login can take over from
-- another while a password is rotated.
SELECT format('CREATE ROLE %I NOLOGIN', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner')
\gexec

SELECT format('CREATE ROLE %I', name)
FROM jsonb_to_recordset(:'roles') AS wanted(name text)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

SELECT format('GRANT %I TO %I', :'owner', name)
FROM jsonb_to_recordset(:'roles') AS wanted(name text)
WHERE NOT pg_has_role(name, :'owner', 'MEMBER')
\gexec

SELECT format('ALTER ROLE %I SET role = %L', name, :'owner')
FROM jsonb_to_recordset(:'roles') AS wanted(name text)
WHERE NOT EXISTS (
    SELECT FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole
    WHERE rolname = name AND setdatabase = 0 AND format('role=%s', :'owner') = ANY (setconfig))
\gexec

-- Only a role that acts as the owner may log in: what it makes must be the owner's.
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L', name, verifier)
FROM jsonb_to_recordset(:'roles') AS wanted(name text, verifier text)
JOIN pg_authid ON rolname = name
WHERE rolpassword IS DISTINCT FROM verifier
   OR NOT rolcanlogin OR rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
\gexec

-- A role that is no longer wanted keeps its name and loses its way in, at once. Its sessions are ended by a statement of
-- their own: whoever lost the login in a run that was cut off there loses them in the next one.
SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname)
FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = member
WHERE roleid = (SELECT oid FROM pg_roles WHERE rolname = :'owner')
  AND rolcanlogin
  AND NOT rolsuper
  AND rolname NOT IN (SELECT name FROM jsonb_to_recordset(:'roles') AS wanted(name text))
\gexec

SELECT format('SELECT %L WHERE pg_terminate_backend(%s, 5000)', 'ended a session of ' || rolname, pid)
FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = member JOIN pg_stat_activity ON usesysid = member
WHERE roleid = (SELECT oid FROM pg_roles WHERE rolname = :'owner')
  AND NOT rolcanlogin
\gexec

SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec

-- By default everybody may connect to a new database and make temporary tables in it.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname)
FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
WHERE datname = :'database' AND grantee = 0
LIMIT 1
\gexec
