// Builds the pause program, which runs in every pod: it keeps the pod's namespaces open, and sleeps until it is killed.
// It is 170 bytes of machine code, and needs a tenth of the memory of the smallest Go program.

/** The memory address of the program. Any page well above the lowest one works. */
const BASE = 0x400000n;
const ELF_HEADER = 64;
const PROGRAM_HEADER = 56;

/**
 * The ELF machine number and the machine code for each processor. The code calls pause(2) in a loop. arm64 has no
 * pause(2), so there the loop calls ppoll(NULL, 0, NULL, NULL).
 */
const MACHINES: Record<string, { machine: number; code: number[] }> = {
  // mov eax, 34; syscall; jmp -9
  x64: { machine: 62, code: [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  // mov x0..x4, #0; mov x8, #73; svc #0; b -28
  arm64: {
    machine: 183,
    code: words(0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004, 0xd2800928, 0xd4000001, 0x17fffff9),
  },
};

/**
 * Builds a static executable for the processor `arch` (a value of Node's `process.arch`): an ELF header, one segment
 * and the code. See elf(5).
 */
export function pauseProgram(arch: string = process.arch): Buffer {
  const target = MACHINES[arch];
  if (target === undefined)
    throw new Error(`no pause program for ${arch}; there is one for ${Object.keys(MACHINES).join(' and ')}`);
  const start = ELF_HEADER + PROGRAM_HEADER;
  const file = Buffer.alloc(start + target.code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // magic, 64 bits, little endian, version 1
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(target.machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BASE + BigInt(start), 24); // entry point
  file.writeBigUInt64LE(BigInt(ELF_HEADER), 32); // offset of the program header
  file.writeUInt16LE(ELF_HEADER, 52);
  file.writeUInt16LE(PROGRAM_HEADER, 54);
  file.writeUInt16LE(1, 56); // one program header
  file.writeUInt32LE(1, 64); // a segment to load,
  file.writeUInt32LE(5, 68); // readable and executable
  file.writeBigUInt64LE(BASE, 80);
  file.writeBigUInt64LE(BASE, 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(0x10000n, 112); // alignment that every page size divides
  file.set(target.code, start);
  return file;
}

function words(...instructions: number[]): number[] {
  return [...Buffer.from(Uint32Array.from(instructions).buffer)];
}
