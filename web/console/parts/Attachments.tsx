/** Photos and papers: adding them to a form, and looking at those that are there. */
import './attachments.css';
import { Button } from 'antd';
import { useEffect, useId, useRef, useState, type DragEvent, type ReactNode } from 'react';
import { ATTACHMENT_MAX, ATTACHMENT_MIMES } from '../../../src/contract.ts';
import type { AttachmentView } from '../../../src/workorder/schema.ts';
import type { Pending, Uploads } from '../data/attachments.ts';
import type { Problem } from '../data/problem.ts';
import { useClockNow } from '../data/clock.ts';
import { useTouch } from '../lib/prefs.ts';
import { useWords } from '../lib/text.ts';
import { stampText } from '../lib/time.ts';
import { Dots, Stamp, Tag } from './Marks.tsx';

const KB = 1024;
const isPicture = (file: AttachmentView) => file.mime !== 'application/pdf';

/** 840 KB, 2.4 MB. */
export const sizeText = (bytes: number): string =>
  bytes < KB * KB
    ? `${Math.max(1, Math.round(bytes / KB))} KB`
    : `${(bytes / (KB * KB)).toFixed(1)} MB`;

interface ListProps {
  files: readonly AttachmentView[];
  /** Names the list for who cannot see it. */
  label?: string;
  /** Size, time and who brought it stand below; else only the name is told. */
  facts?: boolean;
  /** With it every file has a button that takes it away. */
  onRemove?: (file: AttachmentView) => void;
}

/** Files to look at: pictures open large, papers open in a page of their own. */
export function AttachmentList({ files, label, facts = false, onRemove }: ListProps) {
  const { say } = useWords();
  const [shown, show] = useState<string | null>(null);
  const pictures = files.filter(isPicture);
  if (files.length === 0) return null;
  return (
    <>
      <ul className="files" aria-label={label ?? say('attach.title')}>
        {files.map((file) => (
          <li key={file.id}>
            <Thumb file={file} onOpen={() => show(file.id)} />
            {facts && <Facts file={file} />}
            {onRemove && (
              <Button size="small" type="text" onClick={() => onRemove(file)}>
                {say('attach.remove')}
                <span className="unseen"> {file.name}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      {shown !== null && (
        <Lightbox pictures={pictures} shown={shown} onShow={show} onClose={() => show(null)} />
      )}
    </>
  );
}

function Thumb({ file, onOpen }: { file: AttachmentView; onOpen: () => void }) {
  const { say, language } = useWords();
  const now = useClockNow();
  if (!isPicture(file))
    return (
      <a className="file paper" href={file.url} target="_blank" rel="noreferrer">
        <b>PDF</b>
        <span className="cut">{file.name}</span>
      </a>
    );
  return (
    <button type="button" className="file" onClick={onOpen}>
      <span className="unseen">{say('attach.open_named', { name: file.name })}</span>
      <img src={file.thumbUrl ?? file.url} alt="" loading="lazy" />
      <time dateTime={file.at}>{stampText(file.at, now, language)}</time>
    </button>
  );
}

function Facts({ file }: { file: AttachmentView }) {
  const { say, name } = useWords();
  return (
    <span className="xs mut file-facts">
      <span className="cut">{file.name}</span>
      <span>
        <Dots>
          {sizeText(file.bytes)}
          {file.organization ? name(file.organization) : say(`role.${file.party}`)}
        </Dots>
      </span>
      <span>
        <Stamp at={file.at} />{' '}
        <Tag kind={file.visibility === 'public' ? 'pri' : 'lock'}>
          {say(`visibility.${file.visibility}`)}
        </Tag>
      </span>
    </span>
  );
}

interface LightboxProps {
  pictures: readonly AttachmentView[];
  shown: string;
  onShow: (id: string) => void;
  onClose: () => void;
}
/** One picture, as large as the window; arrows go through the others, Esc goes back. */
function Lightbox({ pictures, shown, onShow, onClose }: LightboxProps) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  const at = pictures.findIndex((file) => file.id === shown);
  const file = pictures[at];
  const step = (by: number) => {
    const next = pictures[(at + by + pictures.length) % pictures.length];
    if (next) onShow(next.id);
  };
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={file?.name ?? say('attach.title')}
      onClose={onClose}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') step(1);
        if (event.key === 'ArrowLeft') step(-1);
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {file && (
        <>
          <img src={file.url} alt={file.name} />
          <div className="lightbox-bar">
            <span className="cut grow">
              {file.name}　{at + 1} / {pictures.length}
            </span>
            {pictures.length > 1 && (
              <>
                <Button onClick={() => step(-1)}>{say('attach.previous')}</Button>
                <Button onClick={() => step(1)}>{say('attach.next')}</Button>
              </>
            )}
            <a className="ant-btn-like" href={file.url} target="_blank" rel="noreferrer">
              {say('attach.original')}
            </a>
            <Button autoFocus onClick={onClose}>
              {say('common.close')}
            </Button>
          </div>
        </>
      )}
    </dialog>
  );
}

interface FieldProps {
  uploads: Uploads;
  /** Why the act was refused: a file may have been forgotten meanwhile. */
  problem?: Problem | null;
  label?: ReactNode;
  hint?: ReactNode;
}

/** Files of the form that is being written: choose, drop, paste, or take a photo. */
export function AttachmentField({ uploads, problem, label, hint }: FieldProps) {
  const { say, word } = useWords();
  const touch = useTouch();
  const id = useId();
  const [over, setOver] = useState(false);
  const { add } = uploads;
  usePastedFiles(add);
  // What had the focus is gone: it goes on where the next file would be added.
  const goOn = () => document.getElementById(`${id}-file`)?.focus();
  const remove = (file: AttachmentView) => {
    uploads.remove(file);
    goOn();
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  return (
    <div
      role="group"
      aria-labelledby={id}
      className={`f attach ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
    >
      <span id={id} className="lab">
        {label ?? say('attach.photos')} {uploads.files.length > 0 && uploads.files.length}
      </span>
      <AttachmentList files={uploads.files} onRemove={remove} />
      <ul className="pending" aria-label={say('attach.on_the_way')}>
        {uploads.pending.map((item) => (
          <PendingFile key={item.key} item={item} uploads={uploads} onGone={goOn} />
        ))}
      </ul>
      {uploads.stuck && (
        <p className="wrong" role="alert">
          {uploads.stuck.problem?.code === 'not_found'
            ? say('attach.not_yours', { name: uploads.stuck.file.name })
            : word(`error.${uploads.stuck.problem?.code}`, say('error.internal'))}
        </p>
      )}
      {problem?.issue('attachmentIds') && (
        <p className="wrong" role="alert">
          {say('attach.expired')}
        </p>
      )}
      <div className="row wrap">
        <Chooser id={`${id}-file`} onFiles={add} off={uploads.room === 0}>
          {say('attach.add')}
        </Chooser>
        <Chooser id={`${id}-camera`} onFiles={add} off={uploads.room === 0} camera>
          {say('attach.camera')}
        </Chooser>
        <span className="hint">
          {hint ?? say(touch ? 'attach.hint_touch' : 'attach.hint', { max: ATTACHMENT_MAX.perAct })}
        </span>
      </div>
      <span className="unseen" role="status">
        {uploads.busy
          ? say('attach.sending_n', { n: uploads.pending.length })
          : uploads.files.length > 0
            ? say('attach.stored_n', { n: uploads.files.length })
            : ''}
      </span>
    </div>
  );
}

interface ChooserProps {
  id: string;
  onFiles: (files: Iterable<File>) => void;
  off: boolean;
  /** Opens the camera; only where a finger points, a desk has none worth it. */
  camera?: boolean;
  children: ReactNode;
}
function Chooser({ id, onFiles, off, camera = false, children }: ChooserProps) {
  return (
    <label
      htmlFor={id}
      className={`chooser ${camera ? 'camera' : ''}`}
      aria-disabled={off || undefined}
    >
      <input
        id={id}
        type="file"
        className="unseen"
        disabled={off}
        accept={camera ? 'image/*' : ATTACHMENT_MIMES.join(',')}
        {...(camera ? { capture: 'environment' as const } : { multiple: true })}
        onChange={(event) => {
          onFiles(Array.from(event.target.files ?? []));
          // The same file may be chosen again after it was taken away.
          event.target.value = '';
        }}
      />
      {children}
    </label>
  );
}

/** Screenshots come from the clipboard. */
function usePastedFiles(add: Uploads['add']): void {
  const latest = useRef(add);
  useEffect(() => {
    latest.current = add;
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const files = Array.from(event.clipboardData?.files ?? []);
      if (files.length === 0) return;
      event.preventDefault();
      latest.current(files);
    };
    window.addEventListener('paste', onPaste);
    return () => window.removeEventListener('paste', onPaste);
  }, []);
}

interface PendingProps {
  item: Pending;
  uploads: Uploads;
  onGone: () => void;
}
function PendingFile({ item, uploads, onGone }: PendingProps) {
  const { say } = useWords();
  const { key, file, sent, problem, refusal } = item;
  const wrong = usePendingWords(item);
  const percent = file.size > 0 ? Math.min(100, Math.floor((sent / file.size) * 100)) : 0;
  return (
    <li>
      <span className="cut grow">{file.name}</span>
      {wrong ? (
        <span className="wrong" role="alert">
          {wrong}
        </span>
      ) : (
        <>
          <progress
            max={100}
            value={percent}
            aria-label={say('attach.sending_named', { name: file.name })}
          />
          <span className="xs mut nb">
            {percent < 100 ? `${percent}%` : say('attach.looked_into')}
          </span>
        </>
      )}
      {problem && mayRetry(item) && (
        <Button size="small" onClick={() => uploads.retry(key)}>
          {say('problem.retry')}
        </Button>
      )}
      <Button
        size="small"
        type="text"
        aria-label={say(wrong ? 'attach.forget_named' : 'attach.cancel_named', { name: file.name })}
        onClick={() => {
          uploads.cancel(key);
          onGone();
        }}
      >
        {say(refusal || problem ? 'attach.forget' : 'attach.cancel')}
      </Button>
    </li>
  );
}

/** What the file is, is not changed by sending it again. */
const NEVER = new Set(['attachment_refused', 'attachment_too_large', 'unsupported_media_type']);
const mayRetry = ({ problem }: Pending) => problem !== null && !NEVER.has(problem.code);

/** What is wrong with a file and what to do, in words; undefined while nothing is. */
function usePendingWords({ problem, refusal }: Pending): string | undefined {
  const { say, word } = useWords();
  const limit = sizeText(ATTACHMENT_MAX.bytes).replace('.0', '');
  if (refusal) return say(`attach.refused_${refusal}`, { limit, max: ATTACHMENT_MAX.perAct });
  if (!problem) return undefined;
  if (problem.code === 'attachment_too_large') return say('attach.refused_size', { limit });
  if (problem.code === 'attachment_refused') {
    const reason = String(problem.extra.reason ?? '');
    return word(`attach.why_${reason}`, say('error.attachment_refused'));
  }
  return word(`error.${problem.code}`, say('error.internal'));
}
