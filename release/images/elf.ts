// Reads ELF files, to check the programs of an image for a processor on which the build can't run them:
// https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
import type { Architecture } from './debian.ts';

/** What we read from an ELF file: the processor it is for, and the names of the libraries that it needs. */
export interface ElfFile {
  readonly machine: number;
  readonly needed: readonly string[];
}

/** The numbers of processors in ELF files: EM_X86_64 and EM_AARCH64. */
export const MACHINES: Readonly<Record<Architecture, number>> = { amd64: 0x3e, arm64: 0xb7 };

const MAGIC = Buffer.from('\x7fELF', 'latin1');
const [LOAD, DYNAMIC] = [1, 2];
const [DT_NULL, DT_NEEDED, DT_STRTAB] = [0, 1, 5];

/** A part of the file, and the address that it is loaded to. */
interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Parses an ELF file with 64 bits in little-endian order. Undefined for a file that is no ELF file. */
export function readElf(bytes: Buffer): ElfFile | undefined {
  if (!bytes.subarray(0, 4).equals(MAGIC)) return undefined;
  if (bytes[4] !== 2 || bytes[5] !== 1) return { machine: 0, needed: [] };
  return { machine: bytes.readUInt16LE(18), needed: neededBy(bytes) };
}

function neededBy(bytes: Buffer): string[] {
  const segments = segmentsOf(bytes);
  const tags = segments.filter(({ type }) => type === DYNAMIC).flatMap((segment) => tagsIn(bytes, segment));
  const strings = offsetOf(tags.find(([tag]) => tag === DT_STRTAB)?.[1] ?? 0, segments);
  return tags.filter(([tag]) => tag === DT_NEEDED).map(([, at]) => stringAt(bytes, strings + at));
}

function segmentsOf(bytes: Buffer): Segment[] {
  const [start, size, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  return Array.from({ length: count }, (_, at) => segmentAt(bytes, start + at * size));
}

function segmentAt(bytes: Buffer, at: number): Segment {
  const long = (offset: number): number => Number(bytes.readBigUInt64LE(at + offset));
  return { type: bytes.readUInt32LE(at), offset: long(8), address: long(16), size: long(32) };
}

/** Lists the tags of the dynamic section with their values, up to the tag that ends it. */
function tagsIn(bytes: Buffer, { offset, size }: Segment): [tag: number, value: number][] {
  const tags = Array.from({ length: size / 16 }, (_, at): [number, number] => [
    Number(bytes.readBigInt64LE(offset + at * 16)),
    Number(bytes.readBigUInt64LE(offset + at * 16 + 8)),
  ]);
  const end = tags.findIndex(([tag]) => tag === DT_NULL);
  return end === -1 ? tags : tags.slice(0, end);
}

/** Converts an address to the place in the file that is loaded there. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const segment = segments.find(
    (each) => each.type === LOAD && address >= each.address && address < each.address + each.size,
  );
  return segment === undefined ? 0 : address - segment.address + segment.offset;
}

function stringAt(bytes: Buffer, start: number): string {
  return bytes.toString('latin1', start, bytes.indexOf(0, start));
}
