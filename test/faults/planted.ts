/** Bugs that checkpoints are known for, each as a change of what the journal gets from its disk. */
import type { Fault, Plant } from "./history.ts"

export interface Planted {
  readonly bug: string
  /** What it takes to bring it out. */
  readonly among: ReadonlyArray<Fault["how"]>
  readonly plant: Plant
}

const isFolder = (path: string) => !/\/(journal|lock\.\d+|lock-claim\.\w+|\.gitignore)$/.test(path)

export const planted: ReadonlyArray<Planted> = [
  {
    bug: "nothing is ever synced",
    among: ["power cut"],
    plant: (operations) => ({
      ...operations,
      datasync: () => {},
      datasyncLater: (_, done) => done(null),
      sync: () => {}
    })
  },
  {
    bug: "the names in folders are not synced",
    among: ["power cut"],
    plant: (operations, disk) => ({
      ...operations,
      sync: (descriptor) => {
        if (!isFolder(disk.descriptors.get(descriptor)?.path ?? "")) operations.sync(descriptor)
      }
    })
  },
  {
    bug: "a record is acknowledged before it is synced",
    among: ["power cut"],
    plant: (operations) => {
      const late = new Set<number>()
      return {
        ...operations,
        write: (descriptor, from, offset, position) => {
          if (late.delete(descriptor)) operations.datasync(descriptor)
          return operations.write(descriptor, from, offset, position)
        },
        datasync: (descriptor) => void late.add(descriptor)
      }
    }
  },
  {
    bug: "a batch is acknowledged before it is synced",
    among: ["power cut"],
    plant: (operations) => ({ ...operations, datasyncLater: (_, done) => done(null) })
  },
  {
    bug: "a sync that failed is tried again",
    among: ["error", "power cut"],
    plant: (operations) => ({
      ...operations,
      datasync: (descriptor) => {
        try {
          operations.datasync(descriptor)
        } catch {
          operations.datasync(descriptor)
        }
      }
    })
  },
  {
    bug: "a short write is taken for a whole one",
    among: ["torn write", "short writes"],
    plant: (operations) => ({
      ...operations,
      write: (descriptor, from, offset, position) => {
        operations.write(descriptor, from, offset, position)
        return from.length - offset
      }
    })
  },
  {
    bug: "a record that was cut off is left where it is",
    among: ["torn write"],
    plant: (operations, disk) => ({
      ...operations,
      truncate: (descriptor, size) => {
        if (!disk.descriptors.get(descriptor)?.path.endsWith("/journal")) operations.truncate(descriptor, size)
      }
    })
  },
  {
    bug: "a lock is taken by whoever finds it old",
    among: ["rival"],
    plant: (operations, disk) => ({
      ...operations,
      read: (descriptor, into, offset, length, position) => {
        const open = disk.descriptors.get(descriptor)
        const isOld = open?.node.kind === "file" && disk.operations - open.node.touched > 20
        return isOld && /\/lock\.\d+$/.test(open.path) ? 0 : operations.read(descriptor, into, offset, length, position)
      }
    })
  },
  {
    bug: "a lock is looked for, and then taken whether or not it is there by now",
    among: ["rival"],
    plant: (operations) => ({
      ...operations,
      link: (from, to) => {
        try {
          operations.unlink(to)
        } catch {
          // It is not there.
        }
        operations.link(from, to)
      }
    })
  },
  {
    bug: "a lock is not given back",
    among: ["none"],
    plant: (operations, disk) => ({
      ...operations,
      truncate: (descriptor, size) => {
        if (!/\/lock/.test(disk.descriptors.get(descriptor)?.path ?? "")) operations.truncate(descriptor, size)
      }
    })
  }
]
