import { pauseProgram } from '../../cluster/components/pause.ts';
import type { Entry } from '../../cluster/components/oci.ts';
import { describeError } from '../../support/errors.ts';
import { checkBinaries } from './binaries.ts';
import { MACHINES, readElf } from './elf.ts';

const file = (path: string, content: string | Uint8Array): Entry => ({ path, from: { content } });
const ADDRESS = 0x10000;

/** Builds a library for amd64 that needs other libraries: headers, a dynamic section, and the names. */
function libraryThatNeeds(...names: string[]): Buffer {
  const strings = Buffer.from(`\0${names.join('\0')}\0`);
  const offsets = names.map((name) => strings.indexOf(`\0${name}\0`) + 1);
  const [dynamic, end] = [64 + 2 * 56, 64 + 2 * 56 + (names.length + 2) * 16];
  const bytes = Buffer.concat([Buffer.alloc(end), strings]);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(MACHINES.amd64, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(2, 56);
  writeSegment(bytes, 64, { type: 1, offset: 0, size: bytes.length });
  writeSegment(bytes, 64 + 56, { type: 2, offset: dynamic, size: end - dynamic });
  const tags = [...offsets.map((offset) => [1, offset]), [5, ADDRESS + end], [0, 0]];
  tags.flat().forEach((word, at) => bytes.writeBigUInt64LE(BigInt(word), dynamic + at * 8));
  return bytes;
}

type Segment = Readonly<Record<'type' | 'offset' | 'size', number>>;

function writeSegment(bytes: Buffer, at: number, { type, offset, size }: Segment): void {
  bytes.writeUInt32LE(type, at);
  bytes.writeBigUInt64LE(BigInt(offset), at + 8);
  bytes.writeBigUInt64LE(BigInt(ADDRESS + offset), at + 16);
  bytes.writeBigUInt64LE(BigInt(size), at + 32);
}

function refusal(entries: readonly Entry[], architecture: 'amd64' | 'arm64'): string {
  try {
    return `accepted ${checkBinaries(entries, architecture)}`;
  } catch (error) {
    return describeError(error);
  }
}

test('reads the processor of a program, and the libraries that it needs', () => {
  expect(readElf(pauseProgram('arm64'))).toEqual({ machine: MACHINES.arm64, needed: [] });
  expect(readElf(libraryThatNeeds('libc.so.6', 'libm.so.6'))).toEqual({
    machine: MACHINES.amd64,
    needed: ['libc.so.6', 'libm.so.6'],
  });
  expect(readElf(Buffer.from('#!/bin/sh'))).toBeUndefined();
});

test('accepts an image whose programs are all for its processor, and counts them', () => {
  const entries = [file('/bin/pause', pauseProgram('arm64')), file('/etc/name', 'x'), { path: '/tmp' }];
  expect(checkBinaries(entries, 'arm64')).toBe(1);
});

test('names each program that is for another processor', () => {
  const entries = [file('/bin/pause', pauseProgram('x64')), file('/bin/other', pauseProgram('arm64'))];
  const text = refusal(entries, 'arm64');
  expect(text).toContain("The arm64 image has programs that can't run");
  expect(text).toContain('/bin/pause is for the ELF machine 0x3e');
  expect(text).not.toContain('/bin/other');
});

test('refuses a program with 32 bits', () => {
  const program = pauseProgram('x64');
  program[4] = 1;
  expect(refusal([file('/bin/old', program)], 'amd64')).toContain('/bin/old is for the ELF machine 0x00');
});

test('names each library that a program needs and the image lacks', () => {
  const needs = file('/lib/liba.so', libraryThatNeeds('libb.so.1', 'libc.so.6'));
  const linked: Entry = { path: '/lib/libb.so.1', from: { link: 'libb.so.1.2' } };
  expect(refusal([needs, linked], 'amd64')).toContain('/lib/liba.so needs libc.so.6, which is missing');
  expect(refusal([needs, linked], 'amd64')).not.toContain('needs libb.so.1');
  expect(refusal([needs, linked, file('/lib/libc.so.6', 'x')], 'amd64')).toBe('accepted 1');
});
