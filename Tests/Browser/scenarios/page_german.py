"""The page in German: all of it, for whoever has it in the browser, and by a switch."""

import re

from playwright.async_api import expect

from scenarios.page_people import check_access
from stage import scenario, words

# What is seen of the page, or would be if somebody looked there, that is the same as an English text.
english_left = """async () => {
  const { english } = await import("/page/english.js");
  const { german } = await import("/page/german.js");
  const foreign = new Set(Object.keys(english)
    .filter((key) => typeof english[key] === "string" && english[key] !== german[key])
    .map((key) => english[key]));
  for (const key of Object.keys(german)) foreign.delete(german[key]);
  const found = [];
  const see = (text) => foreign.has(text?.trim()) && found.push(text.trim());
  for (const place of document.querySelectorAll("body *")) {
    for (const name of ["aria-label", "placeholder", "title"]) see(place.getAttribute(name));
    for (const node of place.childNodes) if (node.nodeType === Node.TEXT_NODE) see(node.data);
  }
  return found;
}"""


async def check_german(tab, what):
    left = await tab.page.evaluate(english_left)
    assert not left, f"{what}: {left}"
    # A text with a place that nothing was put in.
    text = await tab.page.inner_text("body")
    assert not re.search(r"\{\w+\}|undefined|\bNaN\b", text), f"{what}: {text}"
    await check_access(tab, what)


@scenario
async def page_german(stage):
    """Somebody with a German browser bids, is outbid, asks for more and wins, without a word of English."""
    await stage.sale("Herbstauktion")
    vase = await stage.lot("Ming-Vase", start="100", currency="EUR", increments="5", reserve="150",
                           soft_close="catawiki", sale=stage.name)
    await stage.lot("Brief", start="50", currency="EUR", format="sealed_first_price", sale=stage.name)
    await stage.lot("Uhr", start="20", currency="EUR", opens="+1h", closes="+2d", sale=stage.name)
    rival = await stage.bidder("rival")
    tab = await stage.tab(f"/#/sale/{stage.name}", locale="de-AT")
    await expect(tab.find("html")).to_have_attribute("lang", "de")
    await tab.sees("#board .summary", "3 Lose · 2 offen")
    await check_german(tab, "the board")
    await tab.find("#account").click()
    await tab.sees("#sign-in h2", "Anmelden, um zu bieten")
    await tab.find("#sign-in button[type=submit]").click()
    await tab.find("#token").fill("gvl_falsch")
    await tab.page.keyboard.press("Enter")
    await tab.sees("#sign-in-fault", "Token")
    await check_german(tab, "signing in")
    await tab.find("#token").fill(await stage.bidder("anna"))
    await tab.page.keyboard.press("Enter")
    await expect(tab.find("#account")).to_have_text("Abmelden")

    await tab.go_to_lot(vase)
    await tab.sees("#panel .label >> nth=0", "Startpreis")
    await tab.tap(0)
    await tab.sees("#panel .banner", words("Sie führen Ihr Höchstgebot ist"))
    await tab.sees("#panel .details", words("Gebote 1"))
    await stage.house.bid(vase, 16000, rival)
    await tab.sees("#panel .banner", "Sie sind überboten")
    await expect(tab.find("#said-now")).to_contain_text("Sie sind überboten bei Ming-Vase")
    await tab.sees("#bids", "Bieter 1 (Sie)")
    await tab.sees("#bids", "Bieter 2")
    await check_german(tab, "outbid")
    await tab.bid_up_to("12")
    await tab.sees("#amount-fault", "Das kleinste Gebot ist")
    await tab.bid_up_to("2000")
    await tab.sees("#confirm-text", "das 12-Fache")
    await check_german(tab, "the question")
    await tab.find("#confirm-yes").click()
    await tab.sees("#panel .banner", "Sie führen")
    await stage.house.command("auction", "close", vase)
    await tab.sees("#panel .banner", "Ersteigert!")
    await check_german(tab, "won")
    await tab.shoot(stage.shots, "lot-won-german")
    await tab.go(f"#/sale/{stage.name}")
    await tab.sees(".card[data-tone=won]", "Ersteigert!")
    await check_german(tab, "the board after it")

    # English by the switch: in this tab, with all that it knew.
    await tab.find("#language").select_option("en")
    await expect(tab.find("html")).to_have_attribute("lang", "en")
    await expect(tab.find("#account")).to_have_text("Sign out")
    await tab.sees(".card[data-tone=won]", "You won")
    await tab.find("#language").select_option("de")
    await expect(tab.find("#account")).to_have_text("Abmelden")
    tab.faults = [one for one in tab.faults if "status of 401" not in one]


@scenario
async def page_dictionaries(stage):
    """Every language has the same texts, with the same places, and every form of a count."""
    tab = await stage.tab()
    faults = await tab.page.evaluate("""async () => {
      const [{ english }, { german }] = await Promise.all(
        [import("/page/english.js"), import("/page/german.js")]);
      const places = (entry) => [...new Set(JSON.stringify(entry).match(/\\{\\w+\\}/g) ?? [])].sort().join();
      const forms = (language) => new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort().join();
      const faults = [];
      const check = (is, what) => is || faults.push(what);
      check(Object.keys(english).join() === Object.keys(german).join(), "the keys, or their order");
      for (const [key, entry] of Object.entries(english)) {
        const other = german[key];
        check(typeof entry === typeof other, `${key}: its kind`);
        check(places(entry) === places(other), `${key}: ${places(entry)} and ${places(other)}`);
        check(other?.length !== 0, `${key} is empty`);
        if (typeof entry === "string") continue;
        for (const [language, texts] of [["en", entry], ["de", other]]) {
          check(Object.keys(texts).sort().join() === forms(language), `${key}: its forms in ${language}`);
        }
      }
      return faults;
    }""")
    assert not faults, faults
    # A browser that speaks neither has English words, and its own numbers.
    for locale, language in [("fr-FR", "en"), ("de-CH", "de"), ("en-GB", "en")]:
        other = await stage.tab(locale=locale)
        await expect(other.find("html")).to_have_attribute("lang", language)
