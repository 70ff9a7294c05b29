/**
 * The one script of the citizen's pages: photos are made smaller and sent one by one while the
 * citizen goes on writing, the count of characters follows the typing, and what was wrong is said no
 * longer once it is being mended. Everything works without
 * it. Plain JavaScript for old telephones; it is served under the hash of its text.
 */
import { createHash } from 'node:crypto';

const TEXT = String.raw`(function () {
'use strict';
document.documentElement.classList.add('js');
var text = document.querySelector('textarea[data-max]');
var count = text && document.getElementById(text.id + '-count');
if (count) {
  text.addEventListener('input', function () {
    var left = text.dataset.max - text.value.trim().length;
    count.textContent = (left < 0 ? count.dataset.over : count.dataset.left).replace('{n}', Math.abs(left));
  });
}
[].forEach.call(document.querySelectorAll('.bad'), function (bad) {
  bad.addEventListener('input', function () {
    var err = bad.querySelector('p.err[id]');
    var field = bad.querySelector('[aria-invalid]');
    bad.classList.remove('bad');
    if (field) field.removeAttribute('aria-invalid');
    if (!err) return;
    var told = document.querySelector('.sum a[href="#' + err.id.slice(0, -4) + '"]');
    err.remove();
    if (told) told.parentNode.remove();
    var sum = document.querySelector('.sum');
    if (sum && !sum.querySelector('li')) sum.remove();
  });
});
var box = document.querySelector('[data-photos]');
if (!box || !window.FormData || !window.Promise) return;
var form = box.closest('form');
var input = box.querySelector('input[type=file]');
var list = box.querySelector('ul');
var add = box.querySelector('.add');
var note = box.querySelector('[role=status]');
var sample = box.querySelector('template').content.firstElementChild;
var say = box.dataset;
var busy = false;
var wanted = null;
function fill(words, values) {
  return words.replace(/\{(\w)\}/g, function (_, k) { return values[k]; });
}
function number() {
  [].forEach.call(list.children, function (li, i) {
    var img = li.querySelector('img');
    var drop = li.querySelector('button');
    if (img) img.alt = fill(say.alt, { n: i + 1 });
    if (drop) drop.setAttribute('aria-label', fill(say.drop, { n: i + 1 }));
  });
  add.hidden = list.children.length >= +say.photos;
}
function wait() {
  var li = document.createElement('li');
  li.className = 'wait';
  li.setAttribute('aria-hidden', 'true');
  li.appendChild(document.createElement('span')).textContent = '…';
  list.appendChild(li);
  return li;
}
function preview(bitmap, li) {
  var side = Math.min(bitmap.width, bitmap.height);
  var canvas = document.createElement('canvas');
  canvas.width = canvas.height = 176;
  canvas.getContext('2d').drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, 176, 176);
  li.replaceChild(canvas, li.firstChild);
}
function smaller(file, li) {
  if (!window.createImageBitmap) return Promise.resolve(file);
  return createImageBitmap(file).then(function (bitmap) {
    preview(bitmap, li);
    if (file.size < 400000) {
      if (bitmap.close) bitmap.close();
      return file;
    }
    var scale = Math.min(1, 2000 / Math.max(bitmap.width, bitmap.height));
    var canvas = document.createElement('canvas');
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    if (bitmap.close) bitmap.close();
    return new Promise(function (done) {
      canvas.toBlob(function (blob) { done(blob && blob.size < file.size ? blob : file); }, 'image/jpeg', 0.82);
    });
  }).catch(function () { return file; });
}
function send(blob, name, progress) {
  return new Promise(function (done) {
    var data = new FormData();
    var key = form.querySelector('[name=key]');
    if (key) data.append('key', key.value);
    data.append('photos', blob, name);
    var xhr = new XMLHttpRequest();
    xhr.open('POST', say.upload);
    xhr.responseType = 'json';
    xhr.upload.onprogress = function (e) { if (e.lengthComputable) progress(Math.floor(e.loaded / e.total * 100)); };
    xhr.onerror = xhr.onabort = function () { done({ error: say.failed }); };
    xhr.onload = function () {
      var r = xhr.status === 413 ? { error: say.large } : xhr.response;
      done(r && (r.id || r.error) ? r : { error: say.failed });
    };
    xhr.send(data);
  });
}
function show(photo, waiting) {
  var li = sample.cloneNode(true);
  li.querySelector('img').src = photo.thumb;
  li.querySelector('input').value = photo.id;
  li.querySelector('button').value = photo.id;
  list.replaceChild(li, waiting);
  number();
}
function sent() {
  return list.querySelectorAll('li:not(.wait)').length;
}
function all(files) {
  var errors = [];
  var room = say.photos - list.children.length;
  if (files.length > room) errors.push(say.many);
  files = files.slice(0, room);
  busy = true;
  box.setAttribute('aria-busy', 'true');
  var tiles = files.map(wait);
  return files.reduce(function (before, file, i) {
    return before.then(function () {
      var told = function (p) { note.textContent = fill(say.busy, { n: i + 1, m: files.length, p: p }); };
      told(0);
      return smaller(file, tiles[i]).then(function (blob) { return send(blob, file.name || 'photo.jpg', told); });
    }).then(function (r) {
      if (!r.error) return show(r, tiles[i]);
      errors.push(r.error);
      tiles[i].remove();
    });
  }, Promise.resolve()).then(function () {
    busy = false;
    box.removeAttribute('aria-busy');
    note.textContent = errors.length ? errors.filter(function (e, i) { return errors.indexOf(e) === i; }).join(' ') : fill(say.done, { n: sent() });
    note.className = errors.length ? 'err' : 'hint';
    input.value = '';
    if (wanted && !errors.length) wanted.click();
    wanted = null;
  });
}
input.addEventListener('change', function () {
  if (input.files.length && !busy) all([].slice.call(input.files));
});
list.addEventListener('click', function (e) {
  var button = e.target.closest('button');
  if (!button) return;
  e.preventDefault();
  button.closest('li').remove();
  number();
  note.textContent = fill(say.done, { n: sent() });
  input.focus();
});
form.addEventListener('submit', function (e) {
  if (!busy) return;
  e.preventDefault();
  wanted = e.submitter || form.querySelector('.btn.p');
});
if (input.files.length) all([].slice.call(input.files));
number();
})();
`
  .replace(/\n\s*/g, '\n')
  .trim();

const hash = createHash('sha256').update(TEXT).digest('hex').slice(0, 16);

export const SCRIPT = { text: TEXT, file: `${hash}.js`, path: `/script/${hash}.js` } as const;
