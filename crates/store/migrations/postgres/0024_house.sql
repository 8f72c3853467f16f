-- Whatever decides who may ask what, and what members and tags are called, moves `house`: what is kept of it in memory is
-- right as long as it stands. That somebody was seen, or used a code, does not count. It moves once a transaction, at its end,
-- so that nobody who holds it waits for another lock.
CREATE TABLE house (one INTEGER PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL);
INSERT INTO house (one, version) VALUES (1, 0);
CREATE FUNCTION house_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('zhiyin.house', true) IS DISTINCT FROM 'moved' THEN
        UPDATE house SET version = version + 1;
        PERFORM set_config('zhiyin.house', 'moved', true);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER house_workspace AFTER INSERT OR UPDATE ON workspace DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
CREATE CONSTRAINT TRIGGER house_users AFTER UPDATE OF email, name, disabled_at OR DELETE ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
CREATE CONSTRAINT TRIGGER house_members AFTER INSERT OR UPDATE OF workspace, user_id, role, personal, joined_at, removed_at OR DELETE ON members DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
CREATE CONSTRAINT TRIGGER house_sessions AFTER UPDATE OF token_hash, user_id OR DELETE ON sessions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
CREATE CONSTRAINT TRIGGER house_tokens AFTER UPDATE OF workspace, token_hash, user_id, name, role, personal, expires_at, revoked_at OR DELETE ON tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
CREATE CONSTRAINT TRIGGER house_factors AFTER UPDATE OF user_id, confirmed_at OR DELETE ON second_factors DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
CREATE CONSTRAINT TRIGGER house_rules AFTER INSERT OR UPDATE OR DELETE ON sign_in_rules DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
CREATE CONSTRAINT TRIGGER house_tags AFTER INSERT OR UPDATE OR DELETE ON tags DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
