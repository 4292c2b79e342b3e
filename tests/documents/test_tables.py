"""Tables of text and Word files: rows and cells that point at their blocks."""

from __future__ import annotations

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.documents.files import (
    add_grid,
    add_letterhead,
    assert_cells_are_at_their_place,
    cells,
    new_word,
    saved,
    texts,
)
from tracker.documents.read import read

HEAD = ["TT", "Nội dung", "Chủ trì"]


def test_a_markdown_table_is_a_table_between_its_paragraphs() -> None:
    text = (
        "# II. NHIỆM VỤ\n\n| TT | Nội dung | Chủ trì |\n|---|:---:|---|\n"
        "| 1 | **Rà soát** văn bản | Phòng A<br>Phòng B |\n| 2 | Báo cáo \\| tổng hợp | |\n\nIII. KINH PHÍ"
    )
    document = read(text.encode())
    (table,) = document.tables
    assert cells(table) == [
        HEAD,
        ["1", "Rà soát văn bản", "Phòng A\nPhòng B"],
        ["2", "Báo cáo | tổng hợp", ""],
    ]
    assert document.blocks[table.first_block - 1].text == "II. NHIỆM VỤ"
    assert document.blocks[table.last_block + 1].text == "III. KINH PHÍ"
    assert_cells_are_at_their_place(document)


def test_a_table_without_outer_bars_and_one_pasted_with_tabs_are_tables() -> None:
    bars = "TT | Nội dung | Chủ trì\n---|---|---\n1 | Rà soát | Phòng A\n"
    pasted = "TT\tNội dung\tChủ trì\n1\tRà soát\tPhòng A\n2\t\tPhòng B\n"
    assert cells(read(bars.encode()).tables[0]) == [HEAD, ["1", "Rà soát", "Phòng A"]]
    assert cells(read(pasted.encode()).tables[0]) == [HEAD, ["1", "Rà soát", "Phòng A"], ["2", "", "Phòng B"]]


def test_a_bar_in_a_sentence_makes_no_table() -> None:
    document = read("Chọn một trong hai: có | không.\nPhòng A thực hiện.".encode())
    assert document.tables == ()
    assert len(document.blocks) == 2


def test_a_letterhead_with_bars_gives_its_lines() -> None:
    line = "UBND HUYỆN A -------- <br> Số: 12/KH-UBND | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM ---- <br> A, ngày 02 tháng 3"
    expected = ["UBND HUYỆN A", "Số: 12/KH-UBND", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "A, ngày 02 tháng 3"]
    for form in (line, f"| {line} |"):
        document = read(form.encode())
        assert texts(document) == expected
        assert document.tables == ()


def test_recipients_beside_the_signer_are_one_a_line() -> None:
    document = read("Nơi nhận: - Sở A; - Phòng B; - Lưu: VT. | TM. ỦY BAN NHÂN DÂN".encode())
    assert texts(document) == ["Nơi nhận:", "- Sở A;", "- Phòng B;", "- Lưu: VT.", "TM. ỦY BAN NHÂN DÂN"]


def test_markdown_headings_and_bold_paragraphs_are_bold() -> None:
    document = read("# NHIỆM VỤ\n\n**Chủ trì:** Phòng A\n\n**Phần chung**".encode())
    assert [(block.text, block.bold) for block in document.blocks] == [
        ("NHIỆM VỤ", True),
        ("Chủ trì: Phòng A", False),
        ("Phần chung", True),
    ]


def test_merged_cells_of_a_word_table_carry_the_words_above_and_their_width() -> None:
    document = new_word()
    table = add_grid(document, [HEAD, ["1", "Rà soát", "Phòng A"], ["2", "Báo cáo", ""], ["I", "", ""]])
    table.cell(1, 2).merge(table.cell(2, 2))
    table.cell(3, 1).merge(table.cell(3, 2)).text = "Nhóm một"
    read_back = read(saved(document))
    rows = read_back.tables[0].rows
    assert [(cell.text, cell.merged, cell.columns) for cell in rows[2].cells] == [
        ("2", False, 1),
        ("Báo cáo", False, 1),
        ("Phòng A", True, 1),
    ]
    assert rows[2].cells[2].block == rows[1].cells[2].block
    assert [(cell.text, cell.columns) for cell in rows[3].cells] == [("I", 1), ("Nhóm một", 2)]
    assert_cells_are_at_their_place(read_back)


def test_paragraphs_of_a_cell_are_its_lines_and_a_table_inside_it_is_read() -> None:
    document = new_word()
    table = add_grid(document, [HEAD, ["1", "", "Phòng A"]])
    table.cell(1, 1).paragraphs[0].text = "Rà soát"
    table.cell(1, 1).add_paragraph("- Báo cáo")
    inner = table.cell(1, 1).add_table(1, 1)
    inner.cell(0, 0).text = "bên trong"
    assert cells(read(saved(document)).tables[0])[1] == ["1", "Rà soát\n- Báo cáo\nbên trong", "Phòng A"]


def test_the_letterhead_of_a_word_file_is_no_table() -> None:
    document = new_word()
    add_letterhead(document)
    add_grid(document, [HEAD, ["1", "Rà soát", "Phòng A"]])
    read_back = read(saved(document))
    assert texts(read_back)[0] == "UBND HUYỆN SƠN THANH"
    assert "Độc lập - Tự do - Hạnh phúc" in texts(read_back)
    assert len(read_back.tables) == 1


def test_a_deleted_row_is_left_out() -> None:
    document = new_word()
    table = add_grid(document, [HEAD, ["1", "Rà soát", "Phòng A"], ["2", "Báo cáo", "Phòng B"]])
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')}/>"))
    assert [row[0] for row in cells(read(saved(document)).tables[0])] == ["TT", "2"]


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Trước")
    names = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    box = "<w:txbxContent><w:p><w:r><w:t>Trong hộp</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(
        parse_xml(
            f"<w:r {nsdecls('w')} {names}><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    document.add_paragraph("Sau")
    assert texts(read(saved(document))) == ["Trước", "Trong hộp", "Sau"]


def test_hidden_words_are_left_out_and_a_deleted_paragraph_mark_joins() -> None:
    document = docx.Document()
    first = document.add_paragraph("Thời gian: ")
    first.add_run("nội bộ").font.hidden = True
    properties = first._p.get_or_add_pPr()
    properties.append(parse_xml(f"<w:rPr {nsdecls('w')}><w:del/></w:rPr>"))
    document.add_paragraph("quý II")
    assert texts(read(saved(document))) == ["Thời gian: quý II"]
