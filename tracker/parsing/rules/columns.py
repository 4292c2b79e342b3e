"""The columns of a table: the words of a head, and the field that each fills. One row a meaning; the first
that fits counts, so the more special stands above the more general.
"""

from __future__ import annotations

from tracker.parsing.rules.shape import Shape, shape

COLUMNS: tuple[tuple[str, Shape], ...] = (
    (
        "number",
        shape(
            "column-number",
            r"(?:so\s+)?(?:s?tt|thu\s+tu)\b[.]?(?:\s*$|(?=\s*\())",
            yes=("STT", "TT", "Số TT", "Số thứ tự"),
            no=("Thứ trưởng", "Tình trạng"),
        ),
    ),
    (
        "money",
        shape(
            "column-money",
            r".*(?:kinh\s+phi|nguon\s+(?:luc|von)|ngan\s+sach|du\s+toan|tong\s+(?:so|muc|cong)|\btien\b(?!\s+do)|trieu\s+dong"
            r"|ty\s+vnd|ty\s+dong|don\s+gia|thanh\s+tien)",
            yes=("Nguồn kinh phí", "Tổng số (tỷ VND)", "Dự toán"),
            no=("Thời gian thực hiện", "Tiến độ"),
        ),
    ),
    (
        "target",
        shape(
            "column-target",
            r"(?:ten\s+)?(?:chi\s+tieu(?!\s+dat\s+duoc)|tieu\s+chi|muc\s+tieu|diem|thang\s+diem|don\s+vi\s+tinh|dvt"
            r"|gia\s+tri|so\s+luong|luong\b|dien\s+tich|ke\s+hoach\s+\d{4}|nam\s+\d{4}|huong\s+dan\s+cham)",
            yes=("Chỉ tiêu", "TIÊU CHÍ THI ĐUA", "ĐVT", "Năm 2026", "Điểm chuẩn"),
            no=("Chỉ tiêu đạt được", "Nhiệm vụ", "Thời gian", "Thời điểm"),
        ),
    ),
    (
        "notes",
        shape(
            "column-notes",
            r".*(?:ghi\s+chu|tinh\s+trang|luu\s+y|can\s+cu|doi\s+tuong|dia\s+diem|thuoc\s+nhom|lien\s+he|so\s+trang)",
            yes=("Ghi chú", "Đối tượng tuyên truyền", "Tình trạng"),
            no=("Nội dung công việc",),
        ),
    ),
    (
        "both",
        shape(
            "column-both",
            r".*(?:chu\s+tri|thuc\s+hien).{0,12}phoi\s+hop",
            yes=("Cơ quan chủ trì, phối hợp", "Đơn vị chủ trì/phối hợp", "Đơn vị thực hiện và phối hợp"),
            no=("Cơ quan phối hợp thực hiện", "Cơ quan chủ trì"),
        ),
    ),
    (
        "partners",
        shape(
            "column-partners",
            r".*phoi\s+hop",
            yes=("Cơ quan phối hợp", "PHỐI HỢP", "Đơn vị phối hợp thực hiện", "Phối hợp"),
            no=("Chủ trì",),
        ),
    ),
    (
        "start",
        shape(
            "column-start",
            r"(?:.*\b(?:bat\s+dau|khoi\s+(?:cong|dau))|tu\s+(?:ngay|thang))",
            yes=("Bắt đầu", "Thời gian bắt đầu", "Từ ngày"),
            no=("Hoàn thành",),
        ),
    ),
    (
        "finish",
        shape(
            "column-finish",
            r".*\b(?:ket\s+thuc|den\s+(?:ngay|thang))",
            yes=("Kết thúc", "Đến ngày", "Ngày kết thúc"),
            no=("Hoàn thành", "Thời gian hoàn thành"),
        ),
    ),
    (
        "timings",
        shape(
            "column-timings",
            r".*(?:thoi\s+(?:gian|han|diem)|tien\s+do|\bhan\s+(?:hoan|chot|cuoi)|lo\s+trinh|ky\s+han|hoan\s+thanh"
            r"|trinh\s+truoc|\bngay\b)|(?:thang|nam|quy|han)(?:\s+thuc\s+hien)?\s*$",
            yes=("Thời gian thực hiện", "THỜI GIAN", "Thời hạn hoàn thành", "Tiến độ", "Hạn hoàn thành"),
            no=("Kết quả", "Nội dung"),
        ),
    ),
    (
        "leads",
        shape(
            "column-leads",
            r".*(?:chu\s+tri|dau\s+moi|chiu\s+trach\s+nhiem|phu\s+trach|phan\s+cong|tham\s+muu|chi\s+dao)"
            r"|(?:ten\s+)?(?:cac\s+)?(?:don\s+vi|co\s+quan|bo\s+phan|phong|nguoi|trach\s+nhiem)"
            r"(?:\s*[,/]\s*(?:don\s+vi|co\s+quan|dia\s+phuong|ca\s+nhan))*(?:\s+(?:thuc\s+hien|duoc\s+giao|xay\s+dung|soan\s+thao"
            r"|trien\s+khai|to\s+chuc))?\s*$",
            yes=(
                "Cơ quan chủ trì",
                "CHỦ TRÌ",
                "Đơn vị thực hiện",
                "Cơ quan chủ trì soạn thảo",
                "Người phụ trách",
            ),
            no=("Đơn vị tính", "Nội dung thực hiện"),
        ),
    ),
    (
        "deliverables",
        shape(
            "column-deliverables",
            r".*(?:san\s+pham|ket\s+qua|dau\s+ra|chi\s+tieu\s+dat\s+duoc|hinh\s+thuc\s+van\s+ban|muc\s+tieu\s+can\s+dat)",
            yes=("Sản phẩm dự kiến", "Kết quả", "Kết quả dự kiến", "Hình thức văn bản", "Sản phẩm đầu ra"),
            no=("Hình thức tuyên truyền", "Nhiệm vụ"),
        ),
    ),
    (
        "work",
        shape(
            "column-work",
            r".*(?:nhiem\s+vu|noi\s+dung|cong\s+viec|hoat\s+dong|giai\s+phap|du\s+an|de\s+an|ten\s+van\s+ban"
            r"|danh\s+muc|hang\s+muc|\bviec\b|chuyen\s+de|van\s+ban)",
            yes=(
                "Nhiệm vụ, giải pháp",
                "Nội dung công việc",
                "Tên nhiệm vụ/dự án",
                "Công việc",
                "Tên văn bản",
            ),
            no=("Cơ quan chủ trì", "Ghi chú"),
        ),
    ),
)
# A strict limit said once, in the head of the column.
STRICT_HEAD = shape(
    "strict-head",
    r".*\btruoc\b",
    yes=("Thời gian trình trước ngày", "Hoàn thành trước"),
    no=("Thời gian thực hiện",),
)
OWN_BOUND = shape(
    "own-bound",
    r"(?:truoc|cham\s+nhat|muon\s+nhat|den|khong\s+qua|sau|tu|trong)\b",
    yes=("trước ngày 5/3", "đến hết tháng 4"),
    no=("15/4/2031", "Quý II"),
)
# What stands for the value above it.
DITTO = shape(
    "ditto",
    r"(?:[-–—]\s*)?(?:nt|n/t)\s*[-–—.]?\s*$|[-–—]?\s*[\"“”″'`]{1,2}\s*[-–—]?\s*$|//\s*$|(?:nhu\s+(?:tren|o\s+tren))\s*[.]?\s*$",
    yes=("nt", "-nt-", '"', "//", "Như trên", '- " -', "”"),
    no=("ntx", "Như trên đã nêu", "-"),
)
TOTAL = shape(
    "total",
    r"(?:tong\s+(?:cong|so|kinh\s+phi|von|i\b|\d)|cong\s*[:.]?\s*(?:$|\d)|tong\s*$)",
    yes=("Tổng cộng", "Cộng:", "Tổng vốn sự nghiệp"),
    no=("Tổng kết Kế hoạch", "Công an tỉnh"),
)
