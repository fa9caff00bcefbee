// Contrast of every text against what lies behind it (WCAG 2), and whether the page is wider than its window.
addEventListener('load', () => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const known = new Map();
  const luminance = (colour) => {
    if (!known.has(colour)) {
      const part = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      const [red, green, blue] = rgba(colour);
      known.set(colour, 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue));
    }
    return known.get(colour);
  };
  const contrast = (one, two) => {
    const [light, dark] = [luminance(one), luminance(two)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return 'white';
  };
  // Of a picture: every patch that the middle of the text lies on.
  const patches = new Map();
  const behindDrawn = (text, svg) => {
    if (!patches.has(svg)) {
      patches.set(svg, [...svg.querySelectorAll('rect')].map((rect) => [rect.getBoundingClientRect(), rect]));
    }
    const box = text.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const on = patches.get(svg).filter(([rect]) => rect.left <= x && x <= rect.right && rect.top <= y && y <= rect.bottom);
    const last = on.at(-1);
    return last ? getComputedStyle(last[1]).fill : behind(svg.parentElement);
  };
  const faint = [];
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || ['SCRIPT', 'STYLE'].includes(element.tagName)) continue;
    const svg = element.closest('svg');
    const style = getComputedStyle(element);
    const colour = svg ? style.fill : style.color;
    const back = svg ? behindDrawn(element, svg) : behind(element);
    const ratio = contrast(colour, back);
    texts += 1;
    if (ratio < 4.5) faint.push(ratio.toFixed(2) + ' ' + colour + ' on ' + back + ': ' + node.data.trim().slice(0, 40));
  }
  const root = document.documentElement;
  parent.postMessage(JSON.stringify({
    width: innerWidth, dark: matchMedia('(prefers-color-scheme: dark)').matches,
    overflow: Math.max(root.scrollWidth, document.body.scrollWidth) - root.clientWidth, texts, faint,
  }), '*');
});
