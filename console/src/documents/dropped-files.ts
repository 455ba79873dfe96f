/** A file to send. `title`: of a file from a folder its path, such as `handbook/leave.md`, which tells namesakes apart. */
export interface AddedFile {
  file: File;
  title?: string;
}

/** More is a job for `keyward documents add`, which goes on where it was interrupted. */
export const FILES_MAX = 1_000;

/** The files of a folder that was chosen in a dialog; hidden ones are left out. */
export const chosenFiles = (files: readonly File[]): AddedFile[] =>
  files
    .map((file) => ({ file, title: file.webkitRelativePath }))
    .filter(({ title }) => !title.split('/').slice(1).some(isHidden));

const isHidden = (name: string): boolean => name.startsWith('.');

/** The files of a drop, also those in folders; hidden ones of a folder are left out. More than FILES_MAX are cut by one. */
export function droppedFiles(items: Iterable<DataTransferItem>): Promise<AddedFile[]> {
  // A drop can be read only while its event is handled, entries also after it.
  const entries: FileSystemEntry[] = [];
  const files: AddedFile[] = [];
  for (const item of items) {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null;
    const file = item.kind === 'file' ? item.getAsFile() : null;
    if (entry?.isDirectory === true) entries.push(entry);
    else if (file !== null) files.push({ file });
  }
  return collect(entries, files);
}

async function collect(entries: FileSystemEntry[], files: AddedFile[]): Promise<AddedFile[]> {
  const waiting = [...entries];
  for (
    let entry = waiting.shift();
    entry !== undefined && files.length <= FILES_MAX;
    entry = waiting.shift()
  ) {
    if (entry.isDirectory) waiting.push(...(await entriesOf(entry as FileSystemDirectoryEntry)));
    else files.push({ file: await fileOf(entry as FileSystemFileEntry), title: entry.fullPath.slice(1) });
  }
  return files;
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((done, fail) => entry.file(done, fail));

/** A reader gives some entries at a time, and none at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return all.filter(({ name }) => !isHidden(name));
    all.push(...some);
  }
}
