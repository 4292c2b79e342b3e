"""The vocabulary of plans: labels, headings, units, verbs of duty. Rows of words with what they mean; no
code.

Patterns run over the text as it is written where capitals tell a name from a common word, else over
folded text.
"""

from __future__ import annotations

import re

from tracker.parsing.rules.shape import Shape, shape

# --- labels of a task's list, by the field that they fill ---

BODY = (
    r"(?:(?:don\s+vi|co\s+quan|bo\s+phan|phong)(?:\s*[,/]\s*(?:don\s+vi|co\s+quan|to\s+chuc|ca\s+nhan))*\s+)?"
)
LABELS: tuple[tuple[str, Shape], ...] = (
    (
        "partners",
        shape(
            "label-partners",
            BODY + r"phoi\s+hop(?:\s+(?:thuc\s+hien|chinh))?\s*:",
            yes=("Đơn vị phối hợp: A", "Cơ quan, đơn vị phối hợp: A", "Phối hợp: A"),
            no=("Phối hợp với Phòng A tổ chức",),
        ),
    ),
    (
        "leads",
        shape(
            "label-leads",
            BODY + r"(?:chu\s+tri|thuc\s+hien|tham\s+muu|chiu\s+trach\s+nhiem)"
            r"(?:\s+(?:thuc\s+hien|tham\s+muu|chinh))?\s*:",
            yes=("Đơn vị chủ trì: A", "Cơ quan, đơn vị chủ trì: A", "Chủ trì: A", "Cơ quan thực hiện: A"),
            no=("Chủ trì, phối hợp với Phòng A", "Tổ chức thực hiện:"),
        ),
    ),
    (
        "work",
        shape(
            "label-work",
            r"(?:noi\s+dung|nhiem\s+vu|cong\s+viec)(?:\s+(?:thuc\s+hien|cong\s+viec|nhiem\s+vu))?\s*:",
            yes=("Nhiệm vụ: A", "Nội dung thực hiện: A"),
            no=("Nhiệm vụ của Phòng A:",),
        ),
    ),
    (
        "timings",
        shape(
            "label-timings",
            r"(?:thoi\s+(?:gian|han|diem)|tien\s+do|ky\s+han)"
            r"(?:\s+(?:thuc\s+hien|hoan\s+thanh|trien\s+khai|to\s+chuc|du\s+kien))*\s*:",
            yes=("Thời gian thực hiện: A", "Thời hạn: A", "Thời gian: A", "Tiến độ thực hiện: A"),
            no=("thời gian thực hiện năm 2022",),
        ),
    ),
    (
        "deliverables",
        shape(
            "label-deliverables",
            r"(?:(?:du\s+kien\s+)?(?:ket\s+qua|san\s+pham|dau\s+ra)\s*[,/\-]?\s*(?:va\s+)?)+"
            r"(?:dau\s+ra|du\s+kien|thuc\s+hien|hoan\s+thanh|dat\s+duoc|yeu\s+cau)*\s*:",
            yes=("Kết quả, sản phẩm: A", "Kết quả sản phẩm: A", "Sản phẩm: A", "Sản phẩm đầu ra: A"),
            no=("Báo cáo kết quả: A",),
        ),
    ),
)

# --- what a heading says about the paragraphs under it ---

ROLES: tuple[tuple[str, Shape], ...] = (
    (
        "money",
        shape(
            "heading-money",
            r"(?:ve\s+)?(?:nguon\s+)?kinh\s+phi\b",
            yes=("Kinh phí thực hiện",),
            no=("Bố trí kinh phí", "Bảo đảm kinh phí"),
        ),
    ),
    (
        "organisation",
        shape(
            "heading-organisation",
            r"(?:cong\s+tac\s+)?to\s+chuc\s+(?:trien\s+khai\s+)?thuc\s+hien\s*[:.]?\s*$|"
            r"(?:phan\s+cong\s+)?trach\s+nhiem\s+(?:thuc\s+hien|cua)|phan\s+cong\s+(?:trach\s+nhiem|to\s+chuc)"
            r"|to\s+chuc\s+(?:theo\s+doi|kiem\s+tra|giam\s+sat)|che\s+do\s+(?:thong\s+tin,?\s+)?bao\s+cao"
            r"|(?:cong\s+tac\s+)?(?:theo\s+doi|kiem\s+tra|giam\s+sat)(?:,\s+|\s+va\s+)(?:danh\s+gia|giam\s+sat|che\s+do|kiem\s+tra)",
            yes=(
                "TỔ CHỨC THỰC HIỆN",
                "Trách nhiệm của các đơn vị",
                "Phân công trách nhiệm",
                "CHẾ ĐỘ BÁO CÁO",
                "GIÁM SÁT VÀ ĐÁNH GIÁ",
            ),
            no=("Tổ chức thực hiện đánh giá thí điểm", "Nhiệm vụ trọng tâm"),
        ),
    ),
    (
        "content",
        shape(
            "heading-content",
            r".*(?:nhiem\s+vu|giai\s+phap|noi\s+dung|hoat\s+dong|lo\s+trinh)",
            yes=("NỘI DUNG VÀ NHIỆM VỤ", "NHIỆM VỤ, GIẢI PHÁP CHỦ YẾU"),
            no=("MỤC ĐÍCH, YÊU CẦU",),
        ),
    ),
    (
        "aims",
        shape(
            "heading-aims",
            r"(?:ve\s+)?(?:muc\s+(?:dich|tieu)|yeu\s+cau|quan\s+diem|can\s+cu|pham\s+vi|doi\s+tuong|thoi\s+(?:gian|diem)|"
            r"dac\s+diem|tinh\s+hinh|thuc\s+trang|hien\s+trang|chi\s+tieu|dinh\s+huong|nguyen\s+tac|khen\s+thuong|"
            r"thanh\s+phan|co\s+so\s+phap\s+ly|su\s+can\s+thiet|boi\s+canh|ket\s+qua\s+dat|ton\s+tai|han\s+che|"
            r"thuan\s+loi|kho\s+khan|giai\s+thich|khai\s+niem|dia\s+diem|co\s+cau\s+giai|tieu\s+chi)\b",
            yes=("MỤC ĐÍCH, YÊU CẦU", "Mục tiêu", "Hiện trạng", "KHEN THƯỞNG", "Định hướng đến năm 2035"),
            no=("Nhiệm vụ cụ thể",),
        ),
    ),
)
HIDDEN_CONTENT = re.compile(r"muc (?:dich|tieu).*(?:nhiem vu|giai phap)")

GROUP_HEADING = re.compile(r"(?:Các|Đối với các|Những)\s+(?!nội dung|nhiệm vụ|giải pháp|hoạt động)\w+")
FOLLOWS_UP = shape(
    "follows-up",
    r"theo\s+doi,?\s+(?:va\s+)?don\s+doc|don\s+doc|dau\s+moi|co\s+quan\s+thuong\s+truc|tong\s+hop.{0,40}bao\s+cao",
    yes=("Theo dõi, đôn đốc việc thực hiện", "Là đầu mối tổng hợp", "Là cơ quan thường trực"),
    no=("Tổ chức tập huấn",),
)
PERIOD_HEADING = shape(
    "period-heading",
    r"(?:^|\s)(?P<value>giai\s+doan\s+(?:tu\s+)?(?:nam\s+)?\d{4}\s*(?:[-–]|den)\s*(?:nam\s+)?\d{4})\s*[.:]?\s*$|^(?:(?:trong|den)\s+)?(?P<value2>nam\s+\d{4})\s*[.:]?\s*$",
    yes=("Giai đoạn 2025 - 2030", "Kế hoạch phát triển giai đoạn 2026-2030", "Năm 2026:"),
    no=("Giai đoạn 1", "Kế hoạch số 5 giai đoạn 2021 - 2025 của tỉnh"),
)
TIME_SECTION = shape(
    "time-section",
    r"(?:ve\s+)?thoi\s+(?:gian|han|diem)(?:\s+(?:tien\s+hanh|thuc\s+hien|to\s+chuc|trien\s+khai|hoan\s+thanh))?\s*[.:]?\s*$",
    yes=("Thời gian tiến hành", "Thời gian thực hiện:"),
    no=("Thời gian và phạm vi", "Thời gian làm việc của tổ"),
)
CLOSING = shape(
    "closing",
    r"tren\s+day\s+la|trong\s+qua\s+trinh\s+(?:to\s+chuc\s+|trien\s+khai\s+)*(?:thuc\s+hien|trien\s+khai)|"
    r"yeu\s+cau\s+(?:cac|thu\s+truong).{0,200}nghiem\s+tuc|(?:neu\s+co\s+)(?:kho\s+khan|vuong\s+mac)",
    yes=("Trên đây là Kế hoạch", "Trong quá trình thực hiện nếu có khó khăn"),
    no=("Phòng A theo dõi việc thực hiện",),
)
RECIPIENTS = shape("recipients", r"noi\s+nhan\s*:?", yes=("Nơi nhận:",), no=("UBND các xã",))

# --- units ---

# A word that begins the name of a body. Common words are written small, so capitals count here.
COMMITTEE = r"(?:UBND|[UỦ][ỷyỦỶ]?\s?[Bb]an [Nn]hân dân|Uỷ ban nhân dân|Ủy ban nhân dân)"
NAMED = (
    rf"{COMMITTEE}|HĐND|Hội đồng|UBMTTQ\w*|(?:Ủy|Uỷ) ban|MTTQ\w*|Mặt trận|Văn phòng|VP|"
    rf"[Pp]hòng(?= [A-ZĐÂĂÊÔƠƯ])|Phòng(?! ngừa|,? chống|,? tránh| vệ)|"
    r"Sở|Bộ(?= [A-ZĐ])|Ban(?= [A-ZĐ]| quản lý| chỉ huy| điều hành| x)|"
    r"Cục|Chi cục|Tổng cục|Vụ|Viện|Viện kiểm sát|Trung tâm|Thanh tra|Công an|"
    r"Tòa án|Toà án|Kho bạc|Bảo hiểm|Ngân hàng|Đài|Báo(?= [A-ZĐ])|Cổng|Hội|Đoàn|Liên đoàn|"
    r"Liên minh|Công đoàn|Huyện đoàn|"
    r"Tỉnh đoàn|Thành đoàn|Trường(?! hợp)|Trạm|Hạt|Chi bộ|Đảng ủy|Đảng uỷ|Huyện ủy|Huyện uỷ|Tỉnh ủy|"
    r"Thành ủy|Tổ(?= công tác| giúp việc| hòa giải| dân phố)|"
    r"Thủ trưởng|Trưởng [Pp]hòng|(?:Phó )?Trưởng [Bb]an|Tổ trưởng|Giám đốc|Chủ tịch|Bộ đội|Quân sự|Điện lực|Bưu điện|"
    r"Hợp tác xã|Doanh nghiệp(?! số)|Liên hiệp|Hiệp hội|Học viện|Nhà xuất bản|Tập đoàn|Tổng [Cc]ông ty|Công ty|"
    r"Quỹ|Bảo tàng|Thư viện|Bệnh viện|Kiểm toán|Bộ Chỉ huy|Báo(?=,? (?:tạp chí|đài|chí))|Tạp chí|Thời báo|"
    # What a compound name covers is an x by the time that the words are compared.
    r"(?:Tổ|Nhóm|Đội)(?= x)|"
    r"Tiểu ban|Cảng|Sân bay|Nhà văn hóa|Đội(?= [A-ZĐ])|Đồn(?= [A-ZĐB])|Tòa án|Chính phủ|Thường trực|Đảng bộ|"
    r"UBMT\w*|Liên đoàn|Cơ sở(?= [A-ZĐ])"
)
GROUP = (
    r"[Cc]ác (?:cơ quan|phòng|sở|Sở|ban|ngành|đơn vị|tổ chức|đoàn thể|địa phương|xã|phường|huyện|trường|cấp|"
    r"hội|doanh nghiệp|bộ|trung tâm|chi cục|thành viên|Phòng|Ban|đảng ủy|thôn|Bộ|nhà|chủ|hộ|viện|bệnh viện|khoa|"
    r"cơ sở(?! dữ liệu| hạ tầng| vật chất| pháp lý)|"
    r"hiệp hội|báo|tập đoàn|công ty|lực lượng|tổ|hợp tác xã|khu|quận|thành phố|tỉnh|địa bàn|Sở|"
    r"ngân hàng|Tổng cục|Cục|Vụ|Doanh nghiệp|Trường|Trung tâm|thị trấn|thị xã|"
    r"Tập đoàn|Đoàn thể|Hội|Hiệp hội|Viện|Bệnh viện|Địa phương|Đơn vị|[Tt]ổng công ty)"
    r"|[Tt]ừng (?:khoa|đơn vị|cơ quan|phòng|sở|xã|thôn|địa phương|ngành)|[Cc]hủ đầu tư|[Nn]hà mạng"
    r"|[Dd]oanh nghiệp(?! số)"
    r"|[Vv]iện nghiên cứu|[Tt]rường (?:đại học|cao đẳng|học|mầm non|tiểu học)|[Hh]ợp tác xã|[Đđ]ịa phương"
    r"|[Cc]ấp ủy|[Cc]ấp uỷ|[Cc]hính quyền|[Cc]ơ quan|[Đđ]ơn vị|[Ll]ãnh đạo|[Cc]ông chức(?= [A-ZĐT])"
)
UNIT = re.compile(rf"(?<!\w)(?:{NAMED}|{GROUP})(?!\w)")
# After a comma a small `đơn vị` or `cơ quan` goes on with its group: các cơ quan, đơn vị.
LISTED_UNIT = re.compile(
    r"(?<!\w)(?:[Vv]iện nghiên cứu|[Tt]rường (?:đại học|cao đẳng|học)|doanh nghiệp|hợp tác xã)(?!\w)|"
    rf"(?<!\w)(?:{NAMED}|[Cc]ác(?= \w)|[Cc]ấp ủy|[Cc]ấp uỷ|(?:bộ|sở)(?= x))(?!\w)"
)
# Names that hold a separator or a verb inside.
COMPOUND = re.compile(
    r"(?:Văn phòng|VP) (?:HĐND|Hội đồng nhân dân|Đoàn ĐBQH)(?: và | & |&|-|, )(?:UBND|"
    r"HĐND và UBND|Ủy ban nhân dân|Uỷ ban nhân dân)"
    r"|HĐND(?:, | và )UBND|Hội đồng nhân dân(?:, | và )(?:Ủy|Uỷ) ban nhân dân"
    # Kinds of bodies without a name of their own are one group: `Sở, ban, ngành`, `Viện, Trường`.
    r"|(?:[Cc]ác )?(?<!\w)(?:[Ss]ở|[Bb]ộ|[Vv]iện|[Bb]an|[Tt]rường)"
    r"(?:(?:, | và )(?:[Ss]ở|[Bb]an|[Nn]gành|[Bb]ộ|[Tt]rường|[Vv]iện"
    r"|địa phương|đoàn thể|[Hh]ội|[Đđ]ài|tạp chí)(?!\w)(?! [A-ZĐ]))+"
    r"|Hội đồng phối hợp(?: phổ biến, giáo dục pháp luật| công tác)?|Hội đồng PHPBGDPL|"
    r"(?:Tổ|Đoàn|Đội|Nhóm) (?:công tác|khảo sát|kiểm tra|giám sát|giúp việc|thẩm định)|Ban Chỉ đạo|Ban chỉ đạo"
)
# An inner office is named together with the body that it belongs to.
INNER_OFFICE = re.compile(r"^(?:Trưởng )?[Pp]hòng [^,;]+$|^(?:Trưởng )?[Pp]hòng (?:[^,;]+, )[^,;]+$")
PARENT_BODY = re.compile(r"^Sở ")

# What a group of people is asked, and what its members do: the words that end a name.
DUTY = (
    r"chủ trì|phối hợp|tham mưu|theo dõi|đôn đốc|hướng dẫn|chỉ đạo|xây dựng|ban hành|căn cứ|"
    r"trên cơ sở|trong (?:phạm vi|công tác|việc|quá trình|thực hiện|triển khai)|theo chức năng|"
    r"phát huy|làm đầu mối|là (?:đơn vị|cơ quan|đầu mối)|chịu trách nhiệm|có (?:trách nhiệm|"
    r"nhiệm vụ|giải pháp|kế hoạch|biện pháp)|"
    r"thực hiện|triển khai|bố trí|(?<!công )(?<!độc )lập|rà soát|tổng hợp|báo cáo|kiểm tra|"
    r"(?<![Qq]uản lý )(?<![Qq]uản lý, )giám sát|tăng cường|"
    r"chủ động|định kỳ|thường xuyên|gửi|cung cấp|"
    r"đăng tải|tuyên truyền|(?<!viện )nghiên cứu|đề xuất|quán triệt|tổng kết|sơ kết|giúp|định hướng|"
    r"đẩy mạnh|tiếp tục|tham gia|vận động|"
    r"huy động|lồng ghép|đưa|cử|nắm|kịp thời|khẩn trương|để|nhằm|tại|"
    r"tiến hành|xác định|chú trọng|phát động|ưu tiên|mở thêm|kiểm soát|hình thành|hoàn tất|hoàn thành|di dời|"
    r"đẩy nhanh|sử dụng|thu thập|tập trung|tích cực|xem xét|nghiêm túc|bằng (?:nhiều|các) hình thức|là lực lượng|"
    r"biên soạn|chuẩn bị|thẩm định|"
    r"cân đối|trình|phân công|(?<!được )(?<!Ngoại )giao|phát triển|tiếp nhận|hoàn thiện|cải thiện|"
    r"vận hành|khắc phục|tháo gỡ|"
    r"giải quyết|xử lý|duy trì|thu hút|đê hỗ trợ|rút ngắn|đôn đốc|khai thác|thông qua|"
    r"đề nghị|yêu cầu|rút kinh nghiệm|phổ biến|đánh giá|khảo sát|"
    r"kiện toàn|cập nhật|lựa chọn|"
    r"nâng cao|bảo đảm|đảm bảo|phân bổ|căn cứ|hỗ trợ|công nhận|khuyến khích|tập huấn|tổ chức"
)
# `tổ chức` is a body after `các`, a comma or a dash, and a verb elsewhere.
AFTER_BODY = r"(?:chính trị|thành viên|có liên quan|liên quan|huyện|xã hội|đoàn thể)"
END_OF_NAME = re.compile(
    rf"(?:(?<=\s)(?<!các )(?<!Các )(?<!, )(?<!- )(?<!cơ quan )(?:{DUTY})(?!\w)"
    r"|\s[-–]\s(?=(?:[Cc]ơ quan|[Đđ]ơn vị) (?:thường trực|chủ trì|đầu mối))"
    rf"|[.(:]|;(?!\s(?:{NAMED}|{GROUP})(?!\w))"
    rf"|, (?=(?:{DUTY})(?!\w)(?! {AFTER_BODY})))"
)
ASKED = re.compile(r"^(?:Đề nghị|Giao(?: cho| nhiệm vụ cho)?|Yêu cầu|Phân công|Kính đề nghị)\s+")
ASKS = re.compile(r"^[^,;.]{3,60}?\s(?:giao(?: cho)?|đề nghị|yêu cầu|phân công)\s+")
STANDING = re.compile(
    r"^(?:Căn cứ|Trên cơ sở|Trong phạm vi|Theo chức năng|Hằng năm|Hàng năm|Định kỳ|Đối với)"
)
WITH = re.compile(
    r"[Pp]hối hợp(?:(?:, | và )(?:hướng dẫn|chỉ đạo|đôn đốc|kiểm tra|tham mưu))*(?: chặt chẽ|"
    r" thống nhất)?(?: (?:với|cùng))?\s+"
)
LEADS_WITH = re.compile(r"\s+(?:(?:làm|là) )?chủ trì,?\s+(?:và\s+)?phối hợp(?!\w)")
DEFINES = re.compile(
    r"\s*[(,]\s*sau đây (?:được )?(?:(?:gọi|viết) tắt|gọi|(?P<all>gọi chung)) là:?"
    r"\s+(?P<short>[^().;:]{2,80}?)\s*(?=[).;:])"
)
# A short name of one of these is no body.
NO_BODY = shape(
    "no-body",
    r"(?:nghi\s+(?:dinh|quyet)|quyet\s+dinh|ke\s+hoach|de\s+an|du\s+an|chuong\s+trinh|luat|thong\s+tu|chi\s+thi|ket\s+luan|"
    r"chien\s+luoc|quy\s+(?:hoach|che|dinh)|vung|thang|nam)\b",
    yes=("Nghị quyết", "Kế hoạch", "Đề án 06", "Vùng"),
    no=("Tổ công tác", "Trung tâm", "các cơ quan, đơn vị"),
)
RESPONSIBLE = re.compile(
    r"^(?:[Tt]rách nhiệm|TRÁCH NHIỆM|[Nn]hiệm vụ|Giao|Đối với|Đề nghị)(?: (?:của|CỦA|cho))?:?\s+"
)
ADVISES = re.compile(
    r"\s+(?:là (?:đơn vị|cơ quan) )?tham mưu,?(?: (?:cho|giúp|"
    r"trình))*\s+(?P<whom>.+?)(?=\s+(?:thực hiện|ban hành|triển khai)(?!\w)|"
    r"$)(?P<what>\s+\w+ \w+)?"
)
