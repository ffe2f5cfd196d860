// The first rows of a workbook: a click on a row, or its button by keyboard, makes it the row of names.
element.addEventListener('click', event => {
  const row = event.target.closest('[data-row]');
  if (row && !row.closest('.is-on')) trigger('submit', {row: Number(row.dataset.row)});
});
