// What a page can do more with a script than without one. Nothing here is needed to read it.

// Escape hides an open source tip until the pointer or focus comes back (WCAG 1.4.13).
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const fact of document.querySelectorAll(".ck-fact:hover, .ck-fact:focus-within")) {
    fact.classList.add("ck-hush");
    for (const back of ["pointerleave", "blur"]) {
      fact.addEventListener(back, () => fact.classList.remove("ck-hush"), { once: true });
    }
  }
});

// Where nothing hovers, the first tap on a number shows where it comes from, the second leads there.
{
  let opened = null;
  addEventListener("click", (event) => {
    const fact = event.target.closest("a.ck-fact");
    if (!fact || !matchMedia("(hover: none)").matches || fact === opened) return;
    event.preventDefault();
    opened = fact;
    fact.focus();
  });
  addEventListener("focusout", () => {
    opened = null;
  });
}

// A field above long tables that keeps the rows with all its words.
addEventListener("DOMContentLoaded", () => {
  const rows = [...document.querySelectorAll(".ck-rows tr[id], .ck-dispute")];
  if (rows.length < 30) return;
  const box = document.createElement("p");
  box.className = "ck-sift";
  box.innerHTML = '<label>Keep rows with <input type="search"></label> <span role="status"></span>';
  document.querySelector("article h1").after(box);
  const texts = rows.map((row) => `${row.id} ${row.textContent}`.toLowerCase());
  const status = box.querySelector("[role=status]");
  box.querySelector("input").addEventListener("input", ({ target }) => {
    const words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
    let kept = 0;
    rows.forEach((row, place) => {
      row.hidden = !words.every((word) => texts[place].includes(word));
      kept += !row.hidden;
    });
    status.textContent = words.length ? `${kept} of ${rows.length} rows` : "";
  });
});
