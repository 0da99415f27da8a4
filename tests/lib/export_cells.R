# Every cell of a .csv or .sav export as R reads it, in words: what has a label by its label.
# LC_ALL=C.UTF-8 export_cells.R CODEBOOK.csv FILE...: for each file a line with the columns' labels, then the rows, sorted, TAB between.
# foreign::read.dta knows Stata's files up to version 12 alone, which have no UTF-8: see export_cells.py.
options(digits = 15, scipen = 100)
paths <- commandArgs(trailingOnly = TRUE)
book <- read.csv(paths[1], colClasses = "character", fileEncoding = "UTF-8-BOM")
first <- book[!duplicated(book$variable), ]

shown <- function(x, type) { # numbers of a sav
    switch(type, date = format(as.Date(x / 86400, origin = "1582-10-14")),
           time = sprintf("%02d:%02d", x %/% 3600, x %/% 60 %% 60), as.character(x))
}
of_sav <- function(path) {
    d <- suppressWarnings(foreign::read.spss(path, to.data.frame = TRUE, use.value.labels = FALSE, use.missings = FALSE, reencode = "UTF-8"))
    # foreign leaves the further parts of a text over 255 bytes in columns of their own, without labels: none here is as long
    heads <- attr(d, "variable.labels")[names(d)]
    is_part <- is.na(heads) | heads == ""
    stopifnot(sum(!is_part) == nrow(first), all(trimws(unlist(d[is_part])) == ""))
    d <- d[!is_part]
    rows <- sapply(seq_along(d), function(i) {
        x <- d[[i]]
        if (first$type[i] == "text") return(trimws(as.character(x), "right"))
        labels <- attr(x, "value.labels")
        known <- match(as.character(x), as.character(labels))
        ifelse(is.na(known), mapply(shown, x, first$type[i]), names(labels)[known])
    })
    list(labels = unname(heads[!is_part]), rows = matrix(rows, nrow = nrow(d)))
}
of_csv <- function(path) {
    d <- read.csv(path, colClasses = "character", na.strings = character(), check.names = FALSE, fileEncoding = "UTF-8-BOM")
    stopifnot(identical(names(d), first$variable))
    rows <- sapply(names(d), function(n) {
        of <- book[book$variable == n & book$value != "", ]
        known <- match(d[[n]], of$value)
        ifelse(is.na(known), d[[n]], of$value_label[known])
    })
    list(labels = first$label, rows = matrix(rows, nrow = nrow(d)))
}
for (path in paths[-1]) {
    got <- if (grepl("[.]sav$", path)) of_sav(path) else of_csv(path)
    cat(paste(got$labels, collapse = "\t"), "\n", sep = "")
    cat(sort(enc2utf8(apply(got$rows, 1, paste, collapse = "\t")), method = "radix"), sep = "\n")
}
