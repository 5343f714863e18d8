/** Files of a drop with the folders they lay in: a folder's name is its images' class. */
export interface PathFile {
  name: string;
  content: File;
}

/** Must be called within the drop event; what it promises may be awaited later. */
export async function draggedFiles(from: DataTransfer): Promise<PathFile[]> {
  const entries = [...from.items].map((it) => it.webkitGetAsEntry?.()).filter((it) => it != null);
  const plain = [...from.files];
  if (entries.length === 0) return plain.map((it) => ({ name: it.name, content: it }));
  return (await Promise.all(entries.map(walk))).flat();
}

async function walk(entry: FileSystemEntry): Promise<PathFile[]> {
  if (entry.isFile) {
    const content = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ name: entry.fullPath.replace(/^\//, ""), content }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives a hundred at a time, and nothing when it is through.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(walk))).flat();
}
