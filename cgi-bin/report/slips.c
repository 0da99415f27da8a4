#include "report/slips.h"

#include "report/markup.h"
#include "report/qr.h"

void slips_begin(struct buf *out, const struct slips *s)
{
    mk_lit(out, "<!doctype html>\n<html lang=\"");
    mk_attr(out, s->lang);
    mk_lit(out, "\" dir=\"");
    mk_attr(out, s->dir);
    mk_lit(out, "\">\n<meta charset=\"utf-8\">\n<meta name=\"robots\" content=\"noindex\">\n<title>");
    mk_text(out, s->title);
    mk_lit(out, "</title>\n<style>\n"
                "@page { size: A4; margin: 8mm; }\n"
                "body { margin: 0; font: 3.1mm/1.4 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; color: #1a2128; }\n"
                "main { display: grid; grid-template-columns: 97mm 97mm; }\n"
                "section { box-sizing: border-box; block-size: 56mm; padding: 4mm; border: .2mm dashed #889; overflow: hidden;"
                " break-inside: avoid; display: grid; grid-template-columns: 1fr 34mm; column-gap: 3mm; align-content: center; }\n"
                "h2 { grid-column: 1 / -1; margin: 0 0 2mm; font-size: 4.2mm; line-height: 1.25; }\n"
                "h2 small { display: block; font-size: 3mm; font-weight: 400; color: #56626d; }\n"
                "p { margin: 0 0 1mm; }\n"
                ".address { overflow-wrap: anywhere; }\n"
                "b { display: block; font: 600 4.1mm/1.4 ui-monospace, 'DejaVu Sans Mono', monospace; white-space: nowrap; }\n"
                ".secret { color: #56626d; font-size: 2.7mm; }\n"
                ".qr { inline-size: 34mm; block-size: 34mm; }\n"
                "</style>\n<main>\n");
}

enum rc slips_add(struct buf *out, const struct slips *s, const char *code, struct rc_info *e)
{
    struct buf link;
    buf_init(&link, QR_TEXT_MAX + 1);
    buf_puts(&link, s->address);
    buf_puts(&link, "#code=");
    buf_puts(&link, code);
    if (!buf_ok(&link)) {
        buf_release(&link);
        return rc_set(e, RC_TOOBIG, "the address is too long for a QR code");
    }
    mk_lit(out, "<section><h2><small>");
    mk_text(out, s->organiser);
    mk_lit(out, "</small>");
    mk_text(out, s->title);
    mk_lit(out, "</h2><div><p>");
    mk_text(out, s->how);
    mk_lit(out, "</p><p class=\"address\">");
    mk_text(out, s->address);
    mk_lit(out, "</p><p>");
    mk_text(out, s->code);
    mk_lit(out, "<b>");
    mk_text(out, code);
    mk_lit(out, "</b></p><p class=\"secret\">");
    mk_text(out, s->secret);
    mk_lit(out, "</p></div>");
    enum rc rc = qr_svg(out, link.p, s->alt, e);
    buf_release(&link);
    mk_lit(out, "</section>\n");
    return rc == RC_OK && !buf_ok(out) ? rc_set(e, RC_NOMEM, "no room for the slips") : rc;
}

void slips_end(struct buf *out)
{
    mk_lit(out, "</main>\n</html>\n");
}
