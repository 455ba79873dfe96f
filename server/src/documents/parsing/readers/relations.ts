import { posix } from 'node:path';
import type { Source } from '../source.ts';
import { readXml } from '../xml.ts';
import type { Zip } from '../zip.ts';

/** What a part of an Office file points at, by relation id. */
export async function relationsOf(zip: Zip, { limits }: Source, part: string): Promise<Map<string, string>> {
  const folder = posix.dirname(part);
  const name = `${folder}/_rels/${posix.basename(part)}.rels`;
  const relations = new Map<string, string>();
  if (!zip.has(name)) return relations;
  await readXml(zip.text(name), limits, {
    open: (element, { Id, Target, TargetMode }) => {
      if (element !== 'Relationship' || Id === undefined || Target === undefined) return;
      if (TargetMode !== 'External')
        relations.set(Id, Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target));
    },
  });
  return relations;
}
