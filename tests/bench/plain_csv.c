/* plain_csv FILE: one reading by libcsv that does nothing but count cells and rows: the yardstick of
 * tests/bench/analyse.sh. */
#include <csv.h>
#include <stdio.h>

struct counts {
    size_t cells, rows;
};

static void on_cell(void *text, size_t len, void *counts)
{
    (void)text;
    (void)len;
    ((struct counts *)counts)->cells++;
}

static void on_row(int end, void *counts)
{
    (void)end;
    ((struct counts *)counts)->rows++;
}

int main(int argc, char **argv)
{
    static char chunk[64 << 10];
    struct counts counts = {0};
    struct csv_parser csv;
    size_t len;
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL || csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return 2;
    while ((len = fread(chunk, 1, sizeof chunk, file)) > 0)
        if (csv_parse(&csv, chunk, len, on_cell, on_row, &counts) != len)
            return 1;
    int status = csv_fini(&csv, on_cell, on_row, &counts) != 0 || ferror(file) != 0;
    csv_free(&csv);
    (void)fclose(file);
    (void)printf("%zu cells in %zu rows\n", counts.cells, counts.rows);
    return status;
}
