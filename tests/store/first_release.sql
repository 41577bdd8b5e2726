-- What flowengine's first release made of an SQLite file, and what a call left in it. PostgreSQL differs in MOMENT.
CREATE TABLE schema_version (version INTEGER NOT NULL, PRIMARY KEY (version));
CREATE TABLE calls (
    call_id VARCHAR(36) NOT NULL, call_sid VARCHAR(64) NOT NULL, flow TEXT NOT NULL, flow_version VARCHAR(64) NOT NULL,
    direction VARCHAR(8) NOT NULL, from_number TEXT, to_number TEXT, contact TEXT NOT NULL, started_at MOMENT NOT NULL,
    answered_at MOMENT, ended_at MOMENT, status VARCHAR(16) NOT NULL, outcome TEXT, reason TEXT,
    abnormal BOOLEAN NOT NULL, PRIMARY KEY (call_id), UNIQUE (call_sid)
);
CREATE INDEX calls_open ON calls (ended_at);
CREATE INDEX calls_by_start ON calls (started_at);
CREATE TABLE suppressions (
    number VARCHAR(32) NOT NULL, call_id VARCHAR(36) NOT NULL, reason TEXT NOT NULL, written_at MOMENT NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE status_callbacks (
    call_sid VARCHAR(64) NOT NULL, sequence_number INTEGER NOT NULL, status VARCHAR(16) NOT NULL,
    payload TEXT NOT NULL, received_at MOMENT NOT NULL, PRIMARY KEY (call_sid, sequence_number)
);
CREATE TABLE events (
    call_id VARCHAR(36) NOT NULL, seq INTEGER NOT NULL, at FLOAT NOT NULL, direction VARCHAR(3) NOT NULL,
    kind VARCHAR(32) NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (call_id, seq),
    FOREIGN KEY(call_id) REFERENCES calls (call_id) ON DELETE CASCADE
);
INSERT INTO schema_version VALUES (1);
INSERT INTO calls VALUES (
    'call-1', 'CA1', 'telemarketing', 'abc', 'outbound', '+441134960100', '+441134960123', '{"name":"Priya Nair"}',
    '2026-11-24 10:00:00.000000+00:00', '2026-11-24 10:00:00.000000+00:00', '2026-11-24 10:02:00.000000+00:00',
    'completed', 'opted_out', 'flow ended', '0'
);
INSERT INTO calls VALUES (
    'call-2', 'call-2', 'telemarketing', 'abc', 'inbound', NULL, NULL, '{}',
    '2026-11-24 11:00:00.000000+00:00', NULL, NULL, 'in-progress', NULL, NULL, '0'
);
INSERT INTO events VALUES (
    'call-1', 0, 1.5, 'in', 'CallerSaid', '{"kind":"CallerSaid","at":1.5,"text":"never ring me again","confidence":0.9}'
);
INSERT INTO events VALUES ('call-1', 1, 1.6, 'out', 'Noted', '{"kind":"Noted","text":"done"}');
INSERT INTO suppressions VALUES ('+441134960123', 'call-1', 'opted_out', '2026-11-24 10:01:00.000000+00:00');
INSERT INTO status_callbacks VALUES (
    'CA1', 2, 'completed', '{"To":"+441134960123"}', '2026-11-24 10:02:01.000000+00:00'
);
