/** @jsxImportSource hono/jsx */
import { PHOTOS_MAX, PHOTO_MB } from './limits.ts';
import { mistakeOf } from './parts.tsx';
import type { Mistake } from './parts.tsx';
import type { View } from './view.ts';

/** A picture that was sent and waits for its form, or one that belongs to an order. */
export interface Photo {
  id: string;
  name: string;
  /** Address of the small picture; null for what is no picture. */
  thumb: string | null;
  /** Address of the whole. */
  url: string;
}

/** What the server takes; telephones that save otherwise (HEIC) convert when they read this list. */
const ACCEPT = 'image/jpeg,image/png,image/webp';

interface FieldProps {
  view: View;
  photos: readonly Photo[];
  mistakes: readonly Mistake[];
  /** Where the script sends one photo at a time. */
  upload: string;
}

const Small = ({ view, photo, n }: { view: View; photo: Photo; n: number }) =>
  photo.thumb ? (
    <img src={photo.thumb} alt={view.say('citizen.photo.alt', { n })} width="76" height="76" />
  ) : (
    <span>{photo.name}</span>
  );

const Drop = ({ view, id, n }: { view: View; id: string; n: number }) => (
  <button
    class="lk"
    name="drop"
    value={id}
    formnovalidate
    aria-label={view.say('citizen.photo.drop_n', { n })}
  >
    {view.say('citizen.photo.drop')}
  </button>
);

/** What the script copies for each photo it has sent. */
const Sample = ({ view }: { view: View }) => (
  <template>
    <li>
      <input type="hidden" name="photo" />
      <img alt="" width="76" height="76" />
      <Drop view={view} id="" n={0} />
    </li>
  </template>
);

/** The sentences of the script, in the language of the page. */
const wordsOf = ({ say }: View) => ({
  'data-alt': say('citizen.photo.alt'),
  'data-drop': say('citizen.photo.drop_n'),
  'data-busy': say('citizen.photo.busy'),
  'data-done': say('citizen.photo.done'),
  'data-many': say('citizen.err.photo_many', { n: PHOTOS_MAX }),
  'data-large': say('citizen.err.photos_large', PHOTO_MB),
  'data-failed': say('citizen.err.photo_failed'),
});

/**
 * Photos of a form. Without a script they come along with it, or first by the button beside; with
 * one they are sent as soon as they are chosen.
 */
export function PhotoField({ view, photos, mistakes, upload }: FieldProps) {
  const { say } = view;
  const mistake = mistakeOf(mistakes, 'photos');
  const isFull = photos.length >= PHOTOS_MAX;
  return (
    <fieldset
      class={mistake ? 'field bad' : 'field'}
      data-photos={PHOTOS_MAX}
      data-upload={upload}
      {...wordsOf(view)}
    >
      <legend>
        {say('citizen.photo.title')} <small>{say('citizen.photo.note', { n: PHOTOS_MAX })}</small>
      </legend>
      <div class="pics">
        <ul>
          {photos.map((photo, i) => (
            <li>
              <input type="hidden" name="photo" value={photo.id} />
              <Small view={view} photo={photo} n={i + 1} />
              <Drop view={view} id={photo.id} n={i + 1} />
            </li>
          ))}
        </ul>
        <Sample view={view} />
        <div class="add" hidden={isFull}>
          <label for="photos">{say('citizen.photo.add')}</label>
          <input
            type="file"
            id="photos"
            name="photos"
            accept={ACCEPT}
            multiple
            aria-describedby={mistake ? 'photos-err photos-hint' : 'photos-hint'}
            aria-invalid={mistake ? 'true' : undefined}
          />
          <button class="btn" name="go" value="photos" formnovalidate>
            {say('citizen.photo.send')}
          </button>
        </div>
      </div>
      {mistake && (
        <p class="err" id="photos-err">
          {mistake}
        </p>
      )}
      <p class="hint" role="status"></p>
      <p class="hint" id="photos-hint">
        {say('citizen.photo.hint')}
      </p>
    </fieldset>
  );
}

interface GalleryProps {
  view: View;
  photos: readonly Photo[];
}

/** Photos to look at; each opens as it is. */
export const Gallery = ({ view, photos }: GalleryProps) =>
  photos.length === 0 ? null : (
    <ul class="pics">
      {photos.map((photo, i) => (
        <li>
          <a href={photo.url}>
            <Small view={view} photo={photo} n={i + 1} />
          </a>
        </li>
      ))}
    </ul>
  );

/** Photos of a form that is shown once more before it is sent. */
export const Carried = ({ view, photos }: GalleryProps) =>
  photos.length === 0 ? null : (
    <ul class="pics">
      {photos.map((photo, i) => (
        <li>
          <Small view={view} photo={photo} n={i + 1} />
        </li>
      ))}
    </ul>
  );
