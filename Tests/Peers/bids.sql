-- A lot's row is locked, the offer compared with its minimum, the bid stored under the bidder's own id
-- (again: the stored one counts), and the lot brought up to date: one transaction, one round trip.
CREATE TABLE lots (
    id bigint PRIMARY KEY, price bigint, minimum bigint NOT NULL DEFAULT 100, leader bigint,
    seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE TABLE bids (
    lot bigint NOT NULL REFERENCES lots, seq bigint NOT NULL, bidder bigint NOT NULL,
    client_id bigint NOT NULL, amount bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (lot, seq), UNIQUE (bidder, client_id)
);
INSERT INTO lots (id) SELECT generate_series(0, 63);

-- An offer of 0 is one at the minimum, so that every bid is accepted in whatever order they come.
CREATE FUNCTION place_bid(p_lot bigint, p_bidder bigint, p_client bigint, p_offer bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    lot lots%ROWTYPE;
    offer bigint;
    known bigint;
BEGIN
    SELECT * INTO STRICT lot FROM lots WHERE id = p_lot FOR UPDATE;
    SELECT seq INTO known FROM bids WHERE bidder = p_bidder AND client_id = p_client;
    IF FOUND THEN RETURN known; END IF;
    offer := CASE WHEN p_offer = 0 THEN lot.minimum ELSE p_offer END;
    IF offer < lot.minimum THEN RETURN -1; END IF;
    INSERT INTO bids (lot, seq, bidder, client_id, amount)
        VALUES (p_lot, lot.seq + 1, p_bidder, p_client, offer);
    UPDATE lots SET price = offer, minimum = offer + 100, leader = p_bidder, seq = lot.seq + 1
        WHERE id = p_lot;
    RETURN lot.seq + 1;
END $$;
