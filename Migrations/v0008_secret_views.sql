-- What only the house may see: maxes, reserves, sealed bids, and who is who. Every one of these
-- views says so in its name; whoever may read the file may read them, so mind the file.

-- The offer by which each bidder stands on each lot. On an english lot and in the live room it is the highest one, and
-- when he made it first; on a sealed lot it is his last one.
CREATE VIEW secret_standing AS
SELECT auction, bidder, alias, amount, ordinal, at
FROM (
    SELECT c.auction, c.bidder, c.alias, c.amount, c.ordinal, c.at,
        row_number() OVER (
            PARTITION BY c.auction, c.bidder
            ORDER BY
                CASE WHEN a.format IN ('english', 'live') THEN c.amount END DESC,
                CASE WHEN a.format IN ('english', 'live') THEN c.ordinal ELSE -c.ordinal END
        ) AS choice
    FROM commitment c JOIN lot a ON a.id = c.auction
    WHERE NOT c.voided
)
WHERE choice = 1;

CREATE VIEW secret_auction AS
SELECT
    a.id AS auction, a.seller,
    (a.reserve / scale) || CASE exponent WHEN 0 THEN ''
        ELSE printf('.%0*d', exponent, a.reserve % scale) END AS reserve,
    a.leader,
    (a.leader_max / scale) || CASE exponent WHEN 0 THEN ''
        ELSE printf('.%0*d', exponent, a.leader_max % scale) END AS leader_max,
    a.winner, a.currency
FROM auction a JOIN unit USING (exponent);

-- Every accepted bid with its amount, silent raises and sealed ones included.
CREATE VIEW secret_bid_history AS
SELECT
    c.auction, c.ordinal, c.position,
    strftime('%Y-%m-%dT%H:%M:%fZ', c.at / 1000.0, 'unixepoch') AS at,
    c.bidder, 'Bidder ' || c.alias AS alias, c.bid, c.kind,
    (c.amount / scale) || CASE exponent WHEN 0 THEN ''
        ELSE printf('.%0*d', exponent, c.amount % scale) END AS amount,
    a.currency, c.seq, c.voided
FROM commitment c
JOIN auction a ON a.id = c.auction JOIN unit USING (exponent);

-- Who is who on which lot.
CREATE VIEW secret_alias AS
SELECT p.auction, 'Bidder ' || p.number AS alias, p.bidder, b.name, b.suspended
FROM participant p JOIN bidder b ON b.id = p.bidder;

CREATE VIEW secret_event_log AS
SELECT
    position, strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') AS at,
    auction, seq, kind, payload, lower(hex(hash)) AS hash
FROM event;
