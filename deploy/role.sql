-- What the dashboard may do in the database of the metadata service: read six tables. Run it as an administrator.
CREATE ROLE metaflow_dashboard LOGIN PASSWORD 'change-me' NOINHERIT CONNECTION LIMIT 50;
GRANT USAGE ON SCHEMA public TO metaflow_dashboard;
GRANT SELECT ON flows_v3, runs_v3, steps_v3, tasks_v3, metadata_v3, artifact_v3 TO metaflow_dashboard;

-- The dashboard sets these for its own sessions too; here they hold for whoever else has its password.
ALTER ROLE metaflow_dashboard SET default_transaction_read_only = on;
ALTER ROLE metaflow_dashboard SET statement_timeout = '10s';
ALTER ROLE metaflow_dashboard SET lock_timeout = '2s';
ALTER ROLE metaflow_dashboard SET idle_in_transaction_session_timeout = '30s';
