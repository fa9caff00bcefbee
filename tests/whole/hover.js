// Points at the middle of every picture and writes down what the page shows.
addEventListener('load', () => {
  const shown = [...document.querySelectorAll('.plot[data-plot]')].map((plot) => {
    const box = plot.querySelector('svg').getBoundingClientRect();
    const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true };
    plot.dispatchEvent(new PointerEvent('pointermove', at));
    const figure = plot.closest('figure');
    const words = figure.querySelector('output').textContent;
    const press = (key) => {
      plot.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      return figure.querySelector('output').textContent;
    };
    // A busy machine writes fewer seconds: the middle may be at the last of them.
    const right = press('ArrowRight');
    const next = right === words ? press('ArrowLeft') : right;
    const cursors = [...document.querySelectorAll('.cursor[visibility=visible]')].length;
    plot.dispatchEvent(new PointerEvent('pointerleave', at));
    const left = figure.querySelector('output').hidden && !document.querySelector('.cursor[visibility=visible]');
    return { id: figure.id, words, next, cursors, left };
  });
  const told = document.createElement('pre');
  told.id = 'told';
  told.textContent = shown.map((one) => JSON.stringify(one)).join('\n');
  document.body.append(told);
});
