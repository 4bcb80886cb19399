/* SPDX-License-Identifier: MIT */
#include "report_style.h"
#include <stddef.h>

/* In pieces: a compiler need not take a string of more than 4,095 bytes. */
static const char *const style[] = {
    /* Colours: of text at least 4.5 to 1 on what it is on, of bars 3 to 1, in both schemes. */
    ":root{color-scheme:light dark;--bg:#f6f6f4;--card:#fff;--ink:#1b1c20;--dim:#585c66;--line:#dedfdb;"
    "--allow:#1f7a6d;--deny:#b3305a;--none:#b27409;--error:#6a6e78;--chip:#eef0ed;--accent:#274690;--wash:#f3f6fb}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#131519;--card:#1b1e24;--ink:#e9e9e7;--dim:#a7acb7;--line:#31353d;"
    "--allow:#4db6a5;--deny:#ee7d9e;--none:#e0ad4a;--error:#9aa0ab;--chip:#282c34;--accent:#a3bcff;--wash:#20252f}}\n",
    "*{box-sizing:border-box}html{scroll-padding-top:12px}\n"
    "body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,\"Segoe UI\",\"DejaVu "
    "Sans\",sans-serif;"
    "font-variant-numeric:tabular-nums;overflow-wrap:break-word}\n"
    "main{max-width:1080px;margin:0 auto;padding:28px 24px 56px}bdi{white-space:pre-wrap}\n"
    ".skip{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}\n"
    "a.skip:focus{position:static;width:auto;height:auto;clip-path:none}\n"
    ".kicker{margin:0;color:var(--accent);font-weight:600}h1{font-size:1.9rem;line-height:1.2;margin:.1em 0 .2em}"
    "h2{font-size:1.3rem;line-height:1.25;margin:0 0 .25em}h3{font-size:1rem;margin:18px 0 4px}"
    ".sub,.note{color:var(--dim);margin:.2em 0 .9em}p{margin:.3em 0}\n"
    "a{color:var(--accent)}nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin:14px 0 20px;padding:0 0 10px;"
    "border-bottom:1px solid var(--line)}nav a{text-decoration:none;padding:2px 0}nav "
    "a:hover{text-decoration:underline}\n"
    ":focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}\n"
    "section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 24px;margin:0 0 "
    "18px}\n",
    ".allow{fill:var(--allow)}.deny{fill:var(--deny)}.none{fill:var(--none)}.error{fill:var(--error)}.past{opacity:.5}"
    "\n"
    ".b{display:block;width:100%;height:14px}.hero .b{height:36px}.wide{display:block;width:100%;height:auto;"
    "margin:6px 0}.grid{stroke:var(--line)}.ax{fill:var(--dim);font-size:13px}.now{fill:var(--ink);font-size:13px}"
    ".mark{stroke:var(--ink);stroke-dasharray:3 3}\n"
    ".dot{display:inline-block;width:12px;height:12px;vertical-align:-1px;margin-right:6px}figure{margin:0}"
    "figcaption{color:var(--dim);font-size:.9rem}figcaption span{margin-right:14px}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:10px 22px;margin:14px 0 0;"
    "padding:0;list-style:none}.figures strong{font-size:1.6rem;line-height:1.2}.figures span{display:block;"
    "color:var(--dim)}\n",
    ".asks{display:grid;grid-template-columns:repeat(auto-fit,minmax(270px,1fr));gap:18px;margin:0 0 18px}"
    ".asks section{margin:0;display:flex;flex-direction:column;border-top:4px solid var(--dim)}"
    ".asks .bad{border-top-color:var(--deny)}.asks .warn{border-top-color:var(--none)}"
    ".asks .good{border-top-color:var(--allow)}.asks h2{font-size:1.02rem;color:var(--dim);font-weight:600}"
    ".asks .answer{font-size:1.25rem;line-height:1.3;font-weight:600;margin:.15em 0 .3em}"
    ".asks ul{list-style:none;margin:0;padding:0}.asks li{border-top:1px solid var(--line);padding:4px 0;display:flex;"
    "justify-content:space-between;gap:12px}.asks li>:first-child{min-width:0;overflow-wrap:anywhere}"
    ".asks li>:last-child{white-space:nowrap;color:var(--dim)}.asks .more{margin-top:auto;padding-top:8px}\n",
    "table{width:100%;border-collapse:collapse}th,td{padding:7px 8px;text-align:left;vertical-align:top;"
    "border-top:1px solid var(--line);font-weight:400}thead th{border:0;color:var(--dim);font-size:.87rem;"
    "padding-bottom:3px;vertical-align:bottom}tbody th{font-weight:600;overflow-wrap:anywhere}"
    "tbody.group th{font-weight:400}tbody.group tr{background:var(--wash)}\n"
    ".n{text-align:right;white-space:nowrap}thead "
    ".n{white-space:normal}td.n+td.n{color:var(--dim)}.o{width:3.4em;text-align:right;color:var(--dim)}"
    "td.o{white-space:nowrap}.w{width:20%}td.w{padding-top:11px}.g{color:var(--dim);overflow-wrap:anywhere;width:26%}"
    ".c{width:7.4em}.s{width:5em}small{display:block;font-weight:400;color:var(--dim);font-size:.88rem;"
    "overflow-wrap:anywhere}\n"
    ".tag{display:inline-block;border-radius:99px;padding:0 9px;font-size:.8rem;font-weight:400;white-space:nowrap;"
    "background:var(--chip);color:var(--ink)}.tag.bad,.tag.warn{background:none;border:1px solid var(--none)}"
    ".tag.bad{border-color:var(--deny)}\n",
    "code{background:var(--chip);border-radius:4px;padding:1px 5px;font:.88em ui-monospace,Consolas,"
    "\"DejaVu Sans Mono\",monospace;overflow-wrap:anywhere}pre{background:var(--chip);border-radius:6px;"
    "padding:10px 12px;margin:6px 0;white-space:pre-wrap;overflow-wrap:anywhere;font:.88em/1.5 ui-monospace,Consolas,"
    "\"DejaVu Sans Mono\",monospace}b.x{color:var(--deny);font-weight:600;font-size:.88em}\n"
    "summary{cursor:pointer;color:var(--accent);font-size:.92rem;margin-top:4px;padding:2px 0}"
    "details ul{list-style:none;margin:2px 0 6px;padding:0}details li{padding:2px 0;overflow-wrap:anywhere}"
    ".why{font-size:.9rem;font-weight:400}.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));"
    "gap:8px 28px}.facts th{width:12em;color:var(--dim);font-weight:400}.facts td{overflow-wrap:anywhere}\n"
    ".find{margin:10px 0 6px}.find[hidden]{display:none}.find input{font:inherit;padding:5px 10px;width:20em;"
    "max-width:100%;border:1px solid var(--dim);border-radius:6px;background:var(--card);color:var(--ink)}"
    ".long{max-height:560px;overflow:auto}.long table{table-layout:fixed}.long td,.long th{padding:4px 8px}"
    ".long thead th{position:sticky;top:0;background:var(--card)}th "
    "button{all:unset;cursor:pointer;color:var(--accent)}"
    "th button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}"
    "[aria-sort=ascending] button:after{content:\" \\2191\"}[aria-sort=descending] button:after{content:\" \\2193\"}\n",
    ".code{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline}.find-list{list-style:none;margin:0;padding:0}"
    ".find-list>li{border-top:1px solid var(--line);padding:7px 0}footer{color:var(--dim);font-size:.92rem}\n"
    "@media(max-width:640px){main{padding:18px 10px}section{padding:15px 13px}h1{font-size:1.5rem}"
    ".r,.r tbody,.r tr,.r td,.r th{display:block;width:auto;border:0;padding:2px 0}.r thead{display:none}"
    ".r tr{border-top:1px solid var(--line);padding:9px 0}.r td.o{display:inline;padding-right:6px}"
    ".r td.o+th{display:inline}.r .n{text-align:left;display:inline;padding-right:10px}.r td.w{padding:5px 0}"
    ".r .unit:after{content:\" certificates\";color:var(--dim);font-weight:400}.long .g,.long .o{display:none}"
    ".facts th{width:7em}.two{grid-template-columns:1fr}}\n",
    "@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--dim:#444;--line:#bbb;--allow:#1f7a6d;"
    "--deny:#b3305a;--none:#b27409;--error:#666;--chip:#eee;--accent:#222;--wash:#f4f4f4}body{font-size:10.5pt}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}nav,.find,.more,a.skip{display:none}main{max-width:"
    "none;"
    "padding:0}section{border:0;border-radius:0;padding:0 0 10px;margin:0 0 12px}.asks section{padding:8px;"
    "border:1px solid var(--line);border-top-width:4px}h2,h3{break-after:avoid}tr,li,figure,.hero,.asks section"
    "{break-inside:avoid}.long{max-height:none;overflow:visible}details:not([open]){display:none}}\n",
};

static const char *const script[] = {
    "(function(){'use strict';\n"
    "document.querySelectorAll('.list').forEach(function(list){\n"
    "var body=list.querySelector('tbody'),all=Array.from(body.rows),texts=null,shown=all;\n"
    "var find=list.querySelector('.find'),input=find.querySelector('input'),hits=find.querySelector('output');\n"
    "var heads=Array.from(list.querySelectorAll('thead th'));\n"
    "function show(){body.replaceChildren.apply(body,shown)}\n"
    "function search(){\n"
    "if(!texts)texts=new Map(all.map(function(row){\n"
    "return[row,Array.from(row.cells,function(cell){return cell.textContent}).join('\\n').toLowerCase()]}));\n"
    "var word=input.value.trim().toLowerCase();\n"
    "shown=word===''?all:all.filter(function(row){return texts.get(row).indexOf(word)>=0});\n"
    "show();list.querySelector('details').open=true;\n"
    "hits.textContent=shown.length+' of '+all.length+' mappings'}\n",
    "function key(row,at,number){var text=row.cells[at].textContent;\n"
    "return number?Number(text.replace(/[^0-9]/g,'')):text.toLowerCase()}\n"
    "function sort(head,at){\n"
    "var "
    "down=head.getAttribute('aria-sort')==='ascending',number=head.classList.contains('n')||head.classList.contains('o'"
    ");\n"
    "if(number&&at>0&&!head.hasAttribute('aria-sort'))down=true;\n"
    "heads.forEach(function(other){other.removeAttribute('aria-sort')});\n"
    "head.setAttribute('aria-sort',down?'descending':'ascending');\n"
    "var keys=new Map(all.map(function(row){return[row,key(row,at,number)]}));\n"
    "function order(a,b){a=keys.get(a);b=keys.get(b);return(a<b?-1:a>b?1:0)*(down?-1:1)}\n"
    "all.sort(order);shown=shown===all?all:shown.slice().sort(order);show()}\n",
    "heads.forEach(function(head,at){var button=document.createElement('button');\n"
    "button.type='button';button.textContent=head.textContent;head.replaceChildren(button);\n"
    "button.addEventListener('click',function(){sort(head,at)})});\n"
    "var wait=0;input.addEventListener('input',function(){clearTimeout(wait);wait=setTimeout(search,80)});\n"
    "find.hidden=false})})()\n",
};

static void add(struct tool_text *out, const char *const *pieces, size_t count) {
    for (size_t i = 0; i < count; i++)
        tool_text_string(out, pieces[i]);
}

void tool_report_add_style(struct tool_text *out) {
    add(out, style, sizeof style / sizeof *style);
}

void tool_report_add_script(struct tool_text *out) {
    add(out, script, sizeof script / sizeof *script);
}
