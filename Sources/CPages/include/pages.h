#ifndef PAGES_H
#define PAGES_H

/// A file of a page. After the last one of them comes one without a name.
struct page_file {
    /// Without a folder.
    const char *name;
    /// UTF-8, and a zero at its end.
    const char *text;
};

/// The bidding page's.
const struct page_file *pages_bidding(void);

/// The console's.
const struct page_file *pages_console(void);

#endif
