-- What bidders asked for, and what they were told.

-- The accepted offers that count no more: taken back, or struck out by an administrator. Never deleted,
-- and nothing else about them changes.
CREATE TABLE void (
    auction TEXT NOT NULL REFERENCES lot (id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    position INTEGER NOT NULL REFERENCES event (position), -- of the entry that voided it
    PRIMARY KEY (auction, ordinal)
) STRICT, WITHOUT ROWID;

-- The accepted offers, by which the price is what it is.
--
-- There is no index on (auction, ordinal), and none on (auction, bidder, bid): at a random key every
-- row would dirty another page, which halves the rate of bids. The rules hold the bids of all lots in
-- memory; that none occurs twice is checked by the view integrity_faults.
CREATE VIEW commitment AS
SELECT
    e.auction, e.ordinal, e.position, e.bidder, e.alias, e.bid,
    e.payload ->> '$.action' AS kind, -- max, exact, room or buy
    e.committed AS amount, -- secret, unless it is an exact bid's on an english lot
    e.at,
    -- The public change that it made; NULL when it stayed private (a raised max, a sealed bid).
    iif(e.told_leading IS NULL, NULL, e.seq) AS seq,
    v.ordinal IS NOT NULL AS voided
FROM event e LEFT JOIN void v ON v.auction = e.auction AND v.ordinal = e.ordinal
WHERE e.kind = 'bid_accepted';

-- The final answer to every request, so that its repetition gets it again, word for word.
CREATE VIEW reply AS
SELECT
    position, auction, bidder, bid,
    -- Of a retraction that was granted the request stands one level deeper.
    coalesce(payload ->> '$.action', 'retract') AS action, -- max, exact, room, buy or retract
    payload ->> '$.amount' AS amount, -- what was asked
    payload ->> '$.currency' AS currency, -- when the bidder named one
    coalesce(payload ->> '$.bid', payload ->> '$.retraction.bid') AS target, -- the bid taken back
    coalesce(payload ->> '$.confirmed', payload ->> '$.retraction.confirmed', 0) AS confirmed,
    CASE kind
        WHEN 'bid_accepted' THEN 'accepted' WHEN 'bid_refused' THEN 'refused' ELSE 'retracted'
    END AS verdict,
    told_code AS code,
    payload ->> '$.detail' AS detail, -- what some codes add
    told_late_by AS late_by, told_minimum AS minimum, told_seq AS seq, told_leading AS leading,
    told_max AS own_max, told_price AS price, told_reserve AS reserve, told_ends_at AS ends_at,
    payload ->> '$.ask_seq' AS ask_seq, -- the ask that the bid answered
    payload ->> '$.present_ask_seq' AS present_ask_seq -- of ask_moved; the ask is the minimum
FROM event
WHERE bid IS NOT NULL;

-- A bidder's first accepted bid on a lot gives him his alias there.
CREATE VIEW participant AS
SELECT auction, bidder, min(alias) AS number
FROM event WHERE alias IS NOT NULL GROUP BY auction, bidder;
