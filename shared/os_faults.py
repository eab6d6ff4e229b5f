"""Why the operating system refused a file or folder, in the user's language: its own words are English alone."""

import errno
import os

from shared.domain.text import Text

REASONS: dict[int, str] = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许这样操作",
    errno.EROFS: "所在磁盘只读",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已经存在",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENAMETOOLONG: "名称过长",
    errno.ELOOP: "符号链接层数过多",
    errno.EIO: "磁盘读写出错",
    errno.EMFILE: "打开的文件过多",
    errno.ENFILE: "打开的文件过多",
    errno.ETXTBSY: "文件正被使用",
    errno.EBUSY: "文件正被使用",
    errno.EPIPE: "对方已停止读取",
    errno.EBADF: "没有打开",
    errno.EINVAL: "参数无效",
    errno.EFBIG: "文件过大",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被对方断开",
    errno.ETIMEDOUT: "连接超时",
    errno.EADDRINUSE: "端口已被占用",
}


def reason_of(fault: OSError) -> Text:
    """What went wrong, without the path: whoever tells it names that."""
    if fault.errno is None:
        return Text(str(fault), str(fault))
    en = os.strerror(fault.errno)
    return Text(REASONS.get(fault.errno, f"系统错误 {fault.errno}（{en}）"), en)
