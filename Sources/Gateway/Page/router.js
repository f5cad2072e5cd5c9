// Which part of the house the address names: "#/", "#/sale/spring", "#/lot/vase".

/** { view: "board" | "lot", id }; a board without an id shows the whole house. */
export function place() {
  const match = /^#\/(sale|lot)\/(.+)$/.exec(location.hash);
  if (!match) return { view: "board", id: null };
  try {
    return { view: match[1] === "lot" ? "lot" : "board", id: decodeURIComponent(match[2]) };
  } catch {
    return { view: "board", id: null };
  }
}

export const lotAddress = (id) => `#/lot/${encodeURIComponent(id)}`;
export const saleAddress = (id) => (id ? `#/sale/${encodeURIComponent(id)}` : "#/");
