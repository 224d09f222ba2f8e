"""The sandbox's filter of system calls: a BPF program for ``bwrap --seccomp``.

Refused is what grading needs nothing of and attacks are made of: other processes' memory, namespaces and mounts,
kernel keys, modules and tracing, and memory that no limit of the sandbox sees (anonymous shared memory lives where
neither a process's own count nor the size of a tmpfs shows it). The answer is EPERM, so that a program that merely
tries goes on. A call of a foreign architecture, whose numbers mean something else, ends the process.
"""

import errno
import platform
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# --- system calls by number: (x86_64, aarch64), None where an architecture lacks one -------------------------------
REFUSED: dict[str, tuple[int, int | None]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # memory that no limit sees
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "vmsplice": (278, 75),
    # wide doors into the kernel
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # the machine
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "create_module": (174, None),
    "get_kernel_syms": (177, None),
    "query_module": (178, None),
    "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18),
}
# Calls that may change their own process, which they call 0, and no other: the argument that names the process
OWN_PROCESS_ONLY: dict[tuple[int, int], int] = {
    (302, 261): 0,  # prlimit64
    (141, 140): 1,  # setpriority
    (251, 30): 1,  # ioprio_set
    (144, 119): 0,  # sched_setscheduler
    (142, 118): 0,  # sched_setparam
    (314, 274): 0,  # sched_setattr
}
CLONE, CLONE3, PERSONALITY, SOCKET, MMAP, IOCTL = (56, 220), (435, 435), (135, 92), (41, 198), (9, 222), (16, 29)
NEWEST = 462  # mseal, the newest call that was looked at; what came later is "not there", and libraries do without

NAMESPACES = 0x7E020000  # clone: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
SOCKETS = (1,)  # AF_UNIX; there is no network, and some families (AF_VSOCK) would reach past its namespace
MAP_SHARED_ANONYMOUS, MAP_HUGETLB = 0x21, 0x40000
TERMINAL_INJECTION = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

# --- BPF (linux/bpf_common.h) and seccomp (linux/seccomp.h) ---------------------------------------------------------
LOAD, AND, JUMP_EQUAL, JUMP_ABOVE, JUMP_ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x25, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
REFUSE, ABSENT = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH_*


@dataclass(frozen=True)
class _Step:
    """One instruction; ``skip`` says how many to jump over where a comparison fails."""

    code: int
    value: int
    skip: int = 0

    def packed(self) -> bytes:
        return struct.pack("=HBBI", self.code, 0, self.skip, self.value)


def _when(code: int, value: int, then: Iterable[_Step]) -> Iterator[_Step]:
    steps = list(then)
    yield _Step(code, value, len(steps))
    yield from steps


def _answer(verdict: int) -> Iterator[_Step]:
    yield _Step(RETURN, verdict)


def _argument(index: int) -> _Step:
    return _Step(LOAD, ARGUMENTS + 8 * index)  # its lower half: all that the kernel reads of an int


def _only(index: int, allowed: Iterable[int], otherwise: int = REFUSE) -> Iterator[_Step]:
    yield _argument(index)
    for value in allowed:
        yield from _when(JUMP_EQUAL, value, _answer(ALLOW))
    yield from _answer(otherwise)


def _none_of(index: int, refused: Iterable[int]) -> Iterator[_Step]:
    yield _argument(index)
    for value in refused:
        yield from _when(JUMP_EQUAL, value, _answer(REFUSE))
    yield from _answer(ALLOW)


def _clone() -> Iterator[_Step]:
    yield _argument(0)
    yield from _when(JUMP_ANY_BIT, NAMESPACES, _answer(REFUSE))
    yield from _answer(ALLOW)


def _mmap() -> Iterator[_Step]:
    yield _argument(3)
    yield from _when(JUMP_ANY_BIT, MAP_HUGETLB, _answer(REFUSE))
    yield _Step(AND, MAP_SHARED_ANONYMOUS)
    yield from _when(JUMP_EQUAL, MAP_SHARED_ANONYMOUS, _answer(REFUSE))
    yield from _answer(ALLOW)


def _rules(column: int, architecture: int) -> Iterator[_Step]:
    yield _Step(LOAD, ARCHITECTURE)
    yield from _when(JUMP_EQUAL, architecture, [_Step(LOAD, NUMBER)])
    # a foreign architecture falls through with its own token in place of a number, which is above all numbers
    yield from _when(JUMP_ABOVE, 0x3FFFFFFF, _answer(KILL))  # x32 calls too
    yield from _when(JUMP_ABOVE, NEWEST, _answer(ABSENT))
    for numbers in REFUSED.values():
        if (number := numbers[column]) is not None:
            yield from _when(JUMP_EQUAL, number, _answer(REFUSE))
    for own, index in OWN_PROCESS_ONLY.items():
        yield from _when(JUMP_EQUAL, own[column], _only(index, [0]))
    yield from _when(JUMP_EQUAL, CLONE[column], _clone())
    yield from _when(JUMP_EQUAL, CLONE3[column], _answer(ABSENT))  # its flags lie in memory; glibc falls back to clone
    yield from _when(JUMP_EQUAL, PERSONALITY[column], _only(0, [0, 0xFFFFFFFF]))
    yield from _when(JUMP_EQUAL, SOCKET[column], _only(0, SOCKETS, ERRNO | errno.EAFNOSUPPORT))
    yield from _when(JUMP_EQUAL, MMAP[column], _mmap())
    yield from _when(JUMP_EQUAL, IOCTL[column], _none_of(1, TERMINAL_INJECTION))
    yield from _answer(ALLOW)


def program(machine: str | None = None) -> bytes:
    """Return the filter for ``machine`` (default: this one), as ``bwrap --seccomp`` reads it.

    Raises:
        LookupError: no filter is known for this kind of machine.

    """
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise LookupError(f"No filter of system calls for {machine}; known are {', '.join(ARCHITECTURES)}.")
    return b"".join(step.packed() for step in _rules(*ARCHITECTURES[machine]))
