-- What the log must always satisfy. Each SELECT is one rule and finds what breaks it; a sound
-- database gives no row. Look at all of it through the view integrity_faults.
--
-- SQL can't compute SHA-256: the chain is checked for its links here, and for its hashes by Gavel,
-- whenever it reads the log.
CREATE VIEW integrity_faults_of_log AS
    SELECT 'log without holes' AS rule, NULL AS auction,
        count(*) || ' events, the last one at ' || max(position) AS detail
    FROM event HAVING count(*) <> coalesce(max(position), 0)
UNION ALL
    SELECT 'hash chain linked', e.auction, 'position ' || e.position
    FROM event e LEFT JOIN event p ON p.position = e.position - 1
    WHERE e.previous_hash <> coalesce(p.hash, zeroblob(32))
UNION ALL
    SELECT 'time never runs backwards', e.auction, 'position ' || e.position
    FROM event e JOIN event p ON p.position = e.position - 1
    WHERE e.at < p.at
UNION ALL
    SELECT 'payload is JSON', auction, 'position ' || position
    FROM event WHERE NOT json_valid(payload)
UNION ALL
    -- One command makes at most one change, so events of one command share a seq.
    SELECT 'seq without holes', auction, 'position ' || position
    FROM (
        SELECT auction, position, seq,
            lag(seq, 1, 0) OVER (PARTITION BY auction ORDER BY position) AS before
        FROM event WHERE seq IS NOT NULL
    )
    WHERE seq NOT IN (before, before + 1)
UNION ALL
    SELECT 'seq is the newest', a.id, 'seq ' || a.seq
    FROM auction a
    LEFT JOIN (SELECT auction, max(seq) AS newest FROM event GROUP BY auction) e
        ON e.auction = a.id
    WHERE a.seq <> coalesce(e.newest, 0)
UNION ALL
    SELECT 'one reply per bid id', auction, bidder || ' ' || bid
    FROM event WHERE bid IS NOT NULL GROUP BY auction, bidder, bid HAVING count(*) > 1
UNION ALL
    SELECT 'every verdict has its reply', auction, 'position ' || position
    FROM event
    WHERE kind = 'bids_voided' AND iif(json_valid(payload),
        (json_extract(payload, '$.retraction') IS NOT NULL) <> (bid IS NOT NULL), 0)
UNION ALL
    SELECT 'a reply answers what was asked', auction, 'position ' || position
    FROM event
    WHERE bid IS NOT NULL AND iif(json_valid(payload),
        bidder IS NOT coalesce(payload ->> '$.bidder', payload ->> '$.retraction.bidder')
        OR bid IS NOT coalesce(payload ->> '$.id', payload ->> '$.retraction.id'), 0)
UNION ALL
    SELECT 'a commitment is what was bid', auction, 'position ' || position
    FROM event
    WHERE ordinal IS NOT NULL AND iif(json_valid(payload),
        ordinal IS NOT payload ->> '$.ordinal' OR committed IS NOT payload ->> '$.committed', 0)
UNION ALL
    -- NOT IN makes its own index of the commitments, which are not in the order of their lots.
    SELECT 'what is voided was committed', auction, 'ordinal ' || ordinal
    FROM void
    WHERE (auction, ordinal)
        NOT IN (SELECT auction, ordinal FROM event WHERE ordinal IS NOT NULL)
UNION ALL
    -- In the place of a foreign key, both ways.
    SELECT 'every lot has its bidding', id, 'lot ' || number
    FROM lot WHERE number NOT IN (SELECT lot FROM bidding)
UNION ALL
    SELECT 'bidding is of a lot', NULL, 'lot ' || lot
    FROM bidding WHERE lot NOT IN (SELECT number FROM lot);
