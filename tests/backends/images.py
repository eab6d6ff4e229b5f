"""Container images that are on this machine."""

import docker
import docker.errors


def image_is_here(image: str) -> bool:
    """Whether a container engine answers and has the image."""
    try:
        client = docker.from_env(timeout=5)
    except docker.errors.DockerException:
        return False
    try:
        client.images.get(image)
    except docker.errors.DockerException:
        return False
    finally:
        client.close()
    return True
