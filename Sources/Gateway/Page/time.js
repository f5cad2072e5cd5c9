// Points in time and how long there is to go, in words. All times are the server's.

import { number, two } from "./counts.js";
import { locale } from "./language.js";
import { counted, t } from "./texts.js";

/** "3 d 4 h", "4 h 05 min", "12:07", "0:07": how long a lot still has. */
export function timeLeft(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return t("left.days", { days: number(days), hours: number(hours) });
  if (hours > 0) return t("left.hours", { hours: number(hours), minutes: two(minutes) });
  return `${number(minutes)}:${two(seconds % 60)}`;
}

/** "2 days", "5 minutes", "40 seconds", "1 minute 30 seconds": for sentences. */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [
    ["day", Math.floor(seconds / 86400)], ["hour", Math.floor(seconds / 3600) % 24],
    ["minute", Math.floor(seconds / 60) % 60], ["second", seconds % 60],
  ].filter(([, count]) => count > 0).slice(0, 2);
  if (parts.length === 0) return counted(0, "second");
  return parts.map(([unit, count]) => counted(count, unit)).join(" ");
}

const full = new Intl.DateTimeFormat(locale, {
  weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  second: "2-digit",
});
const ofDay = new Intl.DateTimeFormat(locale, {
  hour: "2-digit", minute: "2-digit", second: "2-digit",
});
const short = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });

/** "Fri, 27 Nov, 14:05:12" */
export const pointInTime = (milliseconds) => full.format(milliseconds);

/** "14:05:12", and the day where it is not today. */
export function momentOf(milliseconds, now) {
  const isToday = new Date(milliseconds).toDateString() === new Date(now).toDateString();
  return (isToday ? ofDay : full).format(milliseconds);
}

/** "14:05" */
export const hourOf = (milliseconds) => short.format(milliseconds);
