"""What is being taken in on the Data tab, with the answers given so far."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    """What is being taken in, with the answers given so far; kept while the person is asked something."""

    path: str = ""
    task: str = ""  # that it is for, where the file does not tell
    is_pasted: bool = False  # the file was written for what was pasted
    tray: str = ""
    name: str = ""
    add_to: str = ""  # the dataset that grows, where no new one is made
    test_of: str = ""  # the dataset whose test file this is
    reread: str = ""  # the dataset whose workbook is read anew
    sheet: str = ""
    header_row: int = 0
    text: str = ""
    label: str = ""
    also: tuple[str, ...] = ()  # further columns to learn
    leave_out: bool = False
    level: int = 0
    name_part: str = ""  # which word of the file names is the class
    question: str = ""  # key of the refusal that is to be answered
