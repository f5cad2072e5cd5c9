-- How each lot ended, as everybody may know it and keep it: the close certificates, and the signatures
-- over them. docs/proof.md says what they prove.

-- One row each: made and stored with the log entry that closed the lot, or with a void after the close,
-- which makes another one. Follows from the log.
CREATE TABLE certificate (
    position INTEGER PRIMARY KEY REFERENCES event (position), -- that entry
    auction TEXT NOT NULL REFERENCES lot (id),
    statement TEXT NOT NULL CHECK (
        substr(statement, 1, 37) = '{"statement":"gavel.certificate.v1","')
) STRICT;

CREATE INDEX certificate_of_auction ON certificate (auction);

CREATE TRIGGER certificate_is_never_changed BEFORE UPDATE ON certificate
BEGIN SELECT RAISE(ABORT, 'a certificate is made once: it is never changed'); END;

CREATE TRIGGER certificate_is_never_deleted BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'a certificate is kept: it is never deleted'); END;

-- One signature for all certificates from one entry to another, over the root of their hash tree. What
-- has no row here yet was closed while the server had no key, and is signed as soon as it has one.
-- Does not follow from the log, but from it and the private key.
CREATE TABLE certificate_tree (
    last INTEGER PRIMARY KEY REFERENCES certificate (position),
    first INTEGER NOT NULL UNIQUE REFERENCES certificate (position),
    head TEXT NOT NULL CHECK (json_valid(head)), -- the text that was signed
    signature TEXT NOT NULL CHECK (length(signature) = 128 AND signature NOT GLOB '*[^0-9a-f]*'),
    CHECK (first <= last)
) STRICT;

CREATE TRIGGER certificate_tree_is_never_changed BEFORE UPDATE ON certificate_tree
BEGIN SELECT RAISE(ABORT, 'what was signed is never changed'); END;

CREATE TRIGGER certificate_tree_is_never_deleted BEFORE DELETE ON certificate_tree
BEGIN SELECT RAISE(ABORT, 'what was signed is kept: it is never deleted'); END;

-- The bids that came too late, for the statement on them: few, and to be counted on any lot at once.
CREATE INDEX event_too_late ON event (auction, position, told_late_by)
    WHERE told_late_by IS NOT NULL;

-- For people: every certificate in words, the newest of a lot last.
CREATE VIEW close_certificate AS
    SELECT c.auction,
        strftime('%Y-%m-%d %H:%M:%f', (c.statement ->> 'closed_at') / 1000.0, 'unixepoch') AS closed_at,
        c.statement ->> 'outcome' AS outcome,
        c.statement ->> 'winner' AS winner,
        c.statement ->> 'price' AS price_minor_units,
        c.statement ->> 'currency' AS currency,
        c.statement ->> 'bids' AS bids,
        c.statement ->> 'extension_count' AS extensions,
        c.position,
        c.statement ->> 'replaces' IS NOT NULL AS replaces_another,
        t.head ->> 'key' AS key, -- NULL: not signed yet
        strftime('%Y-%m-%d %H:%M:%f', (t.head ->> 'at') / 1000.0, 'unixepoch') AS signed_at,
        c.statement
    FROM certificate c LEFT JOIN certificate_tree t ON c.position BETWEEN t.first AND t.last
    ORDER BY c.position;

-- What the certificates must always satisfy.
CREATE VIEW integrity_faults_of_certificates AS
    SELECT 'every closed lot has its certificate' AS rule, id AS auction,
        'closed, and none was made' AS detail
    FROM auction
    WHERE status = 'closed' AND NOT EXISTS (SELECT 1 FROM certificate WHERE auction = auction.id)
UNION ALL
    SELECT 'a certificate is a close''s', c.auction, 'position ' || c.position
    FROM certificate c LEFT JOIN event e USING (position)
    WHERE e.auction IS NOT c.auction OR e.kind NOT IN ('auction_closed', 'bids_voided')
UNION ALL
    SELECT 'certificates are signed in order and without holes', NULL, 'from position ' || first
    FROM (SELECT first, last, lag(last, 1, 0) OVER (ORDER BY last) AS before FROM certificate_tree)
    WHERE first IS NOT (SELECT min(position) FROM certificate WHERE position > before);

DROP VIEW integrity_faults;

-- Everything that is wrong with the database: no row when it is sound.
CREATE VIEW integrity_faults AS
    SELECT rule, auction, detail FROM integrity_faults_of_log
UNION ALL
    SELECT rule, auction, detail FROM integrity_faults_of_bidding
UNION ALL
    SELECT rule, auction, detail FROM integrity_faults_of_certificates;
