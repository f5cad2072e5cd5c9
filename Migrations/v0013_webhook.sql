-- Webhooks: how far each receiver has been told what happens to lots, and what it is still owed. Does not
-- follow from the log, but from it and what the receivers answered. docs/webhooks.md says what is sent.
--
-- No foreign keys: these rows go along with bids, and none of them may ever hold a bid up. What would be
-- wrong with them is a rule of the view integrity_faults.

-- One row for each receiver that was ever configured.
CREATE TABLE webhook (
    endpoint TEXT PRIMARY KEY CHECK (
        length(endpoint) BETWEEN 1 AND 64 AND endpoint NOT GLOB '*[^A-Za-z0-9._:-]*'),
    -- The cursor: all that there was to tell up to this entry of the log has been delivered, or has a row
    -- in webhook_delivery.
    position INTEGER NOT NULL CHECK (position >= 0)
) STRICT, WITHOUT ROWID;

-- What could not be delivered at once, and what has to wait behind it: an event of the log each. The row
-- goes when the event is delivered.
CREATE TABLE webhook_delivery (
    endpoint TEXT NOT NULL,
    position INTEGER NOT NULL, -- of that entry
    -- A dead letter is not tried again, until somebody says so.
    state TEXT NOT NULL CHECK (state = 'waiting' OR state = 'dead'),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at INTEGER CHECK ((next_at IS NOT NULL) = (state = 'waiting')), -- not tried before
    failed_at INTEGER CHECK ((failed_at IS NULL) = (fault IS NULL)),
    fault TEXT, -- what was wrong with the last attempt
    PRIMARY KEY (endpoint, position)
) STRICT, WITHOUT ROWID;

-- For people: what receivers are owed, oldest first.
CREATE VIEW webhook_backlog AS
    SELECT d.endpoint, 'evt_' || lower(hex(substr(e.hash, 1, 16))) AS event, e.auction, e.seq, e.kind,
        strftime('%Y-%m-%d %H:%M:%f', e.at / 1000.0, 'unixepoch') AS at,
        d.state, d.attempts,
        strftime('%Y-%m-%d %H:%M:%f', d.next_at / 1000.0, 'unixepoch') AS next_at,
        strftime('%Y-%m-%d %H:%M:%f', d.failed_at / 1000.0, 'unixepoch') AS failed_at,
        d.fault, d.position
    FROM webhook_delivery d JOIN event e USING (position)
    ORDER BY d.endpoint, d.position;

-- What they must always satisfy.
CREATE VIEW integrity_faults_of_webhooks AS
    SELECT 'a webhook''s cursor is within the log' AS rule, NULL AS auction,
        endpoint || ' at ' || position AS detail
    FROM webhook WHERE position > (SELECT coalesce(max(position), 0) FROM event)
UNION ALL
    SELECT 'a webhook delivery is of an entry of the log, to a known receiver', e.auction,
        d.endpoint || ' at ' || d.position
    FROM webhook_delivery d LEFT JOIN event e USING (position) LEFT JOIN webhook w USING (endpoint)
    WHERE e.auction IS NULL OR w.endpoint IS NULL;

DROP VIEW integrity_faults;

-- Everything that is wrong with the database: no row when it is sound.
CREATE VIEW integrity_faults AS
    SELECT rule, auction, detail FROM integrity_faults_of_log
UNION ALL
    SELECT rule, auction, detail FROM integrity_faults_of_bidding
UNION ALL
    SELECT rule, auction, detail FROM integrity_faults_of_certificates
UNION ALL
    SELECT rule, auction, detail FROM integrity_faults_of_webhooks;
