-- Whatever decides who may ask what, and what members and tags are called, moves `house`: what is kept of it in memory is
-- right as long as it stands. That somebody was seen, or used a code, does not count.
CREATE TABLE house (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO house (one, version) VALUES (1, 0);
CREATE TRIGGER house_workspace_put AFTER INSERT ON workspace BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_workspace_set AFTER UPDATE ON workspace BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_users_set AFTER UPDATE OF email, name, disabled_at ON users BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_users_gone AFTER DELETE ON users BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_members_put AFTER INSERT ON members BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_members_set AFTER UPDATE OF workspace, user_id, role, personal, joined_at, removed_at ON members BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_members_gone AFTER DELETE ON members BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_sessions_set AFTER UPDATE OF token_hash, user_id ON sessions BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_sessions_gone AFTER DELETE ON sessions BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_tokens_set AFTER UPDATE OF workspace, token_hash, user_id, name, role, personal, expires_at, revoked_at ON tokens BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_tokens_gone AFTER DELETE ON tokens BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_factors_set AFTER UPDATE OF user_id, confirmed_at ON second_factors BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_factors_gone AFTER DELETE ON second_factors BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_rules_put AFTER INSERT ON sign_in_rules BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_rules_set AFTER UPDATE ON sign_in_rules BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_rules_gone AFTER DELETE ON sign_in_rules BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_tags_put AFTER INSERT ON tags BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_tags_set AFTER UPDATE ON tags BEGIN UPDATE house SET version = version + 1; END;
CREATE TRIGGER house_tags_gone AFTER DELETE ON tags BEGIN UPDATE house SET version = version + 1; END;
