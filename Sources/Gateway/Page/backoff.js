// How long to wait before a connection is tried again.

const first = 250;

/**
 * In milliseconds: twice as long each time, up to a longest, and by chance, so that not all who lost a
 * server come back at once. failures: how many there were in a row, from 1 on.
 */
export const backOff = (failures, longest) =>
  Math.min(longest, first * 2 ** failures) * (0.5 + Math.random() / 2);
